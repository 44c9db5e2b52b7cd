package io.thingstead.engine.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreDirectoryTest {
  @TempDir Path temp;

  @Test
  void isMadeForItsOwnerOnlyAndOpensAgain() throws IOException {
    Path path = temp.resolve("a/store");
    StoreDirectory.prepare(path);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rwx------");
    assertThat(path.resolve("format")).hasContent("thingstead data format 1");
    StoreDirectory.prepare(path);
  }

  @Test
  void aNewerFormatIsRefusedNamingBothVersions() throws IOException {
    StoreDirectory.prepare(temp.resolve("data"));
    Files.writeString(temp.resolve("data/format"), "thingstead data format 2\n");
    assertThatThrownBy(() -> StoreDirectory.prepare(temp.resolve("data")))
        .isInstanceOf(UnusableDataException.class)
        .hasMessageContaining("has data format 2; this program reads format 1");
    Files.writeString(temp.resolve("data/format"), "thingstead data format 1\n");
    StoreDirectory.prepare(temp.resolve("data"));
  }

  @Test
  void aDamagedFormatAndAForeignDirectoryAreRefused() throws IOException {
    StoreDirectory.prepare(temp.resolve("data"));
    Files.writeString(temp.resolve("data/format"), "");
    assertThatThrownBy(() -> StoreDirectory.prepare(temp.resolve("data")))
        .hasMessageContaining("damaged");
    Files.createDirectory(temp.resolve("home"));
    Files.writeString(temp.resolve("home/letter"), "dear");
    assertThatThrownBy(() -> StoreDirectory.prepare(temp.resolve("home")))
        .hasMessageContaining("is no store");
  }

  @Test
  void aStartThatEndedBeforeTheFormatWasWrittenIsGoneOnWith() throws IOException {
    Files.createDirectory(temp.resolve("data"));
    Files.writeString(temp.resolve("data/format.new"), "thing");
    StoreDirectory.prepare(temp.resolve("data"));
    assertThat(temp.resolve("data/format")).hasContent("thingstead data format 1");
  }
}

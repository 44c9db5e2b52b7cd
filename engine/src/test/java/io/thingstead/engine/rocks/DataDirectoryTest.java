package io.thingstead.engine.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path temp;

  @Test
  void isMadeForItsOwnerOnlyAndOpensAgain() throws IOException {
    Path path = temp.resolve("a/data");
    DataDirectory.open(path).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rwx------");
    assertThat(path.resolve("format")).hasContent("thingstead data format 1");
    DataDirectory.open(path).close();
  }

  @Test
  void aSecondServerIsRefusedUntilTheFirstEnds() {
    Path path = temp.resolve("data");
    DataDirectory first = DataDirectory.open(path);
    assertThatThrownBy(() -> DataDirectory.open(path))
        .isInstanceOf(UnusableDataException.class)
        .hasMessageContaining("another server is using");
    first.close();
    DataDirectory.open(path).close();
  }

  @Test
  void aNewerFormatIsRefusedNamingBothVersions() throws IOException {
    DataDirectory.open(temp.resolve("data")).close();
    Files.writeString(temp.resolve("data/format"), "thingstead data format 2\n");
    assertThatThrownBy(() -> DataDirectory.open(temp.resolve("data")))
        .isInstanceOf(UnusableDataException.class)
        .hasMessageContaining("has data format 2; this program reads format 1");
    // The refusal let go of the lock.
    Files.writeString(temp.resolve("data/format"), "thingstead data format 1\n");
    DataDirectory.open(temp.resolve("data")).close();
  }

  @Test
  void aDamagedFormatAndAForeignDirectoryAreRefused() throws IOException {
    DataDirectory.open(temp.resolve("data")).close();
    Files.writeString(temp.resolve("data/format"), "");
    assertThatThrownBy(() -> DataDirectory.open(temp.resolve("data")))
        .hasMessageContaining("damaged");
    Files.createDirectory(temp.resolve("home"));
    Files.writeString(temp.resolve("home/letter"), "dear");
    assertThatThrownBy(() -> DataDirectory.open(temp.resolve("home")))
        .hasMessageContaining("is no data directory");
  }

  @Test
  void aStartThatEndedBeforeTheFormatWasWrittenIsGoneOnWith() throws IOException {
    Files.createDirectory(temp.resolve("data"));
    Files.writeString(temp.resolve("data/lock"), "");
    Files.writeString(temp.resolve("data/format.new"), "thing");
    DataDirectory.open(temp.resolve("data")).close();
    assertThat(temp.resolve("data/format")).hasContent("thingstead data format 1");
  }
}

package io.thingstead.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path home;

  @Test
  void itIsMadeForItsUserAlone() throws Exception {
    DataDirectory data = new DataDirectory(home.resolve("a/data"));
    try (var _ = data.lock()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.path())))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void aDirectoryOpenToOthersIsClosed() throws Exception {
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    DataDirectory data = new DataDirectory(home);
    assertThat(data.isOpenToOthers()).isTrue();
    try (var _ = data.lock()) {
      assertThat(data.isOpenToOthers()).isFalse();
    }
  }

  @Test
  void aSecondServerIsKeptOutByName() {
    DataDirectory data = new DataDirectory(home);
    try (var _ = data.lock()) {
      assertThatThrownBy(data::lock)
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageContaining("process " + ProcessHandle.current().pid());
    }
    data.lock().close();
  }

  @Test
  void addressesAreFoundAgain() throws Exception {
    ServerAddresses written =
        new ServerAddresses(
            "https://localhost:1", "000000000000", "us-east-1", 7, List.of("127.0.0.1:1=all"));
    Path file = home.resolve("server.json");
    assertThat(ServerAddresses.read(file)).isNull();
    written.write(file);
    assertThat(ServerAddresses.read(file)).isEqualTo(written);
    Files.writeString(file, "{");
    assertThat(ServerAddresses.read(file)).isNull();
  }
}

package io.thingstead.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.ApiException;
import io.thingstead.model.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives that mean well, and those that do not. */
class CodeArchiveTest {
  private static final Limits.Functions LIMITS =
      new Limits.Functions(1, 2500, 5000, 3, 100, 100, 1, 1);

  @TempDir private Path directory;

  private static CodeArchive archive(String... namesAndTexts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
      for (int i = 0; i < namesAndTexts.length; i += 2) {
        zip.putNextEntry(new ZipEntry(namesAndTexts[i]));
        zip.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    return new CodeArchive(bytes.toByteArray(), LIMITS);
  }

  @Test
  void itsFilesAreUnpackedToBeReadAndRun() throws IOException {
    CodeArchive archive = archive("a.js", "one", "./lib/b.js", "two", "lib/", "");
    archive.check();
    archive.unpack(directory.resolve("code"));
    assertThat(directory.resolve("code/a.js")).hasContent("one");
    assertThat(directory.resolve("code/lib/b.js")).hasContent("two").isExecutable();
    assertThat(
            java.nio.file.attribute.PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("code/a.js"))))
        .isEqualTo("r-xr-xr-x");
  }

  @Test
  void anArchiveHasItsBounds() throws IOException {
    refused(archive("a", "0".repeat(5001)), "Unzipped size must be smaller than 5000 bytes");
    refused(archive("a", "0".repeat(4000), "b", "0".repeat(1001)), "Unzipped size");
    refused(archive("a", "", "b", "", "c", "", "d", ""), "more than 3 files");
    refused(new CodeArchive(new byte[2501], LIMITS), "2501 bytes, more than 2500");
    archive("a", "0".repeat(5000)).check();
  }

  @Test
  void noNameLeadsOutOfIt() throws IOException {
    for (String name :
        new String[] {"../a", "a/../../b", "/a", "a/..", "..", "a\\b", "x\0y", "n".repeat(1025)}) {
      refused(archive(name, ""), "leads out of it");
    }
  }

  @Test
  void noFileIsThereTwiceOrBelowAnother() throws IOException {
    refused(archive("a", "", "./a", ""), "twice");
    refused(archive("a", "", "a/b", ""), "twice");
    refused(archive("a/b", "", "a", ""), "twice");
  }

  @Test
  void whatIsNoArchiveIsRefused() {
    refused(
        new CodeArchive("no archive".getBytes(StandardCharsets.UTF_8), LIMITS), "Could not unzip");
    refused(new CodeArchive(new byte[0], LIMITS), "Could not unzip");
  }

  private static void refused(CodeArchive archive, String why) {
    assertThatThrownBy(archive::check).isInstanceOf(ApiException.class).hasMessageContaining(why);
  }
}

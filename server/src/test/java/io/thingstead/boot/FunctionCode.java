package io.thingstead.boot;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import software.amazon.awssdk.core.SdkBytes;

/** Archives of code. */
public final class FunctionCode {
  private FunctionCode() {}

  /**
   * Settings with which functions run on this machine: without a sandbox where the kernel has none,
   * which is said.
   */
  static String[] settings() {
    if (isSandboxed()) {
      return new String[0];
    }
    System.out.println("TESTS OF FUNCTIONS RUN WITHOUT A SANDBOX: bubblewrap does not work here");
    return new String[] {"allow-unsandboxed-functions", "true"};
  }

  /** Whether Bubblewrap works on this machine. */
  public static boolean isSandboxed() {
    try {
      return new ProcessBuilder("bwrap", "--unshare-all", "--ro-bind", "/", "/", "true")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** One archive of these files: a name, what is in it, the next name … */
  public static SdkBytes zip(String... namesAndTexts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
      for (int i = 0; i < namesAndTexts.length; i += 2) {
        zip.putNextEntry(new ZipEntry(namesAndTexts[i]));
        zip.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return SdkBytes.fromByteArray(bytes.toByteArray());
  }
}

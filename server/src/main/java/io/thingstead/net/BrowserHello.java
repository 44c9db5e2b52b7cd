package io.thingstead.net;

import io.netty.buffer.ByteBuf;

/**
 * Tells a web browser's TLS hello from a device's. Browsers reserve values that mean nothing
 * (GREASE, RFC 8701: Chromium and Safari), and offer encrypted hellos (RFC 9849) or delegated
 * credentials (RFC 9345: Firefox); the TLS libraries of devices, SDKs and command-line tools do
 * none of it unless told to.
 */
final class BrowserHello {
  private static final int VERSION_AND_RANDOM_BYTES = 34;
  private static final int DELEGATED_CREDENTIALS = 34;
  private static final int ENCRYPTED_CLIENT_HELLO = 0xFE0D;

  private BrowserHello() {}

  /**
   * Whether it is one.
   *
   * @param hello from the version on; its indices stay as they are
   */
  static boolean matches(ByteBuf hello) {
    ByteBuf in = hello.duplicate();
    try {
      in.skipBytes(VERSION_AND_RANDOM_BYTES);
      in.skipBytes(in.readUnsignedByte()); // session id
      ByteBuf ciphers = in.readSlice(in.readUnsignedShort());
      while (ciphers.isReadable(2)) {
        if (isReserved(ciphers.readUnsignedShort())) {
          return true;
        }
      }
      in.skipBytes(in.readUnsignedByte()); // compression methods
      ByteBuf extensions = in.readSlice(in.readUnsignedShort());
      while (extensions.isReadable(4)) {
        int type = extensions.readUnsignedShort();
        if (isReserved(type) || type == ENCRYPTED_CLIENT_HELLO || type == DELEGATED_CREDENTIALS) {
          return true;
        }
        extensions.skipBytes(extensions.readUnsignedShort());
      }
      return false;
    } catch (IndexOutOfBoundsException _) {
      return false; // TLS will refuse it
    }
  }

  /** 0x0A0A, 0x1A1A … 0xFAFA (RFC 8701 section 2). */
  private static boolean isReserved(int value) {
    return (value & 0x0F0F) == 0x0A0A && value >> 8 == (value & 0xFF);
  }
}

package io.thingstead.model;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * A range of addresses of one family.
 *
 * @param address its first
 * @param bits how many leading bits all its addresses share
 */
public record Cidr(InetAddress address, int bits) {
  /**
   * A range from {@code ADDRESS} or {@code ADDRESS/BITS}; never asks the DNS.
   *
   * @throws IllegalArgumentException for any other text
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
    int width = address.getAddress().length * Byte.SIZE;
    int bits;
    try {
      bits = slash < 0 ? width : Integer.parseInt(text.substring(slash + 1));
    } catch (NumberFormatException e) {
      bits = -1;
    }
    if (bits < 0 || bits > width) {
      throw new IllegalArgumentException("'" + text + "' is not ADDRESS or ADDRESS/BITS");
    }
    return new Cidr(address, bits);
  }

  public boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] theirs = other.getAddress();
    int whole = bits / Byte.SIZE;
    if (mine.length != theirs.length || !Arrays.equals(mine, 0, whole, theirs, 0, whole)) {
      return false;
    }
    int rest = bits % Byte.SIZE;
    return rest == 0 || ((mine[whole] ^ theirs[whole]) & 0xFF) >>> (Byte.SIZE - rest) == 0;
  }
}

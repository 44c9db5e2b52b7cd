package io.thingstead.shadow;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages that tell of one durable change, in the order in which they are to be published.
 *
 * @param hops of the request, so that a rule cannot chase its own shadow for ever
 * @param changedMillis epoch milliseconds
 */
record Announcement(int hops, long changedMillis, List<Part> parts) {
  /** One message. */
  record Part(String topic, byte[] payload) {}

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(hops);
      out.writeLong(changedMillis);
      out.writeInt(parts.size());
      for (Part part : parts) {
        out.writeUTF(part.topic);
        out.writeInt(part.payload.length);
        out.write(part.payload);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written", e);
    }
    return bytes.toByteArray();
  }

  static Announcement decode(byte[] stored) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored))) {
      int hops = in.readInt();
      long changedMillis = in.readLong();
      List<Part> parts = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        String topic = in.readUTF();
        parts.add(new Part(topic, in.readNBytes(in.readInt())));
      }
      return new Announcement(hops, changedMillis, parts);
    } catch (IOException e) {
      throw new UncheckedIOException("a stored announcement ends too soon", e);
    }
  }
}

package io.thingstead.api;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

/**
 * An XML element in a form in which those are equal that mean the same: the order of elements with
 * other names, white space between elements, namespaces and the metadata of a response do not
 * count.
 */
record ComparableXml(String name, String text, Map<String, List<ComparableXml>> children) {
  static ComparableXml of(String xml) {
    try {
      return of(
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(xml)))
              .getDocumentElement());
    } catch (java.io.IOException
        | javax.xml.parsers.ParserConfigurationException
        | org.xml.sax.SAXException e) {
      throw new AssertionError("no XML: " + xml, e);
    }
  }

  private static ComparableXml of(Element element) {
    Map<String, List<ComparableXml>> children = new TreeMap<>();
    StringBuilder text = new StringBuilder();
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child && !child.getTagName().equals("ResponseMetadata")) {
        children.computeIfAbsent(child.getTagName(), _ -> new ArrayList<>()).add(of(child));
      } else if (!(node instanceof Element)) {
        text.append(node.getNodeValue());
      }
    }
    String kept = children.isEmpty() ? text.toString() : "";
    return new ComparableXml(element.getTagName(), kept.isBlank() ? "" : kept, children);
  }
}

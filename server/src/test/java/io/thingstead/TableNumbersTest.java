package io.thingstead;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.thingstead.engine.Table;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The numbers of tables are on disk: two tables with one number would read each other's rows. */
class TableNumbersTest {
  @Test
  void noTwoTablesShareANumber() throws ReflectiveOperationException {
    Map<Integer, List<String>> owners = new TreeMap<>();
    for (JavaClass owner :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.thingstead")) {
      if (owner.getFields().stream()
          .noneMatch(field -> field.getRawType().isEquivalentTo(Table.class))) {
        continue;
      }
      for (Field field : owner.reflect().getDeclaredFields()) {
        if (field.getType() == Table.class && Modifier.isStatic(field.getModifiers())) {
          field.setAccessible(true);
          Table table = (Table) field.get(null);
          owners
              .computeIfAbsent(table.id(), _ -> new ArrayList<>())
              .add(owner.getName() + "." + field.getName());
        }
      }
    }
    assertThat(owners).hasSizeGreaterThan(80);
    assertThat(owners.values()).allSatisfy(names -> assertThat(names).hasSize(1));
  }
}

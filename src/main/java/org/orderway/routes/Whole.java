package org.orderway.routes;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All files of routes together, as they are or as they would be after an edit. Of one that cannot be read nothing is known. */
record Whole(Map<String, RouteFile> files) {

    static Whole of(Collection<RouteFile> files) {
        return new Whole(RouteFile.byPath(files));
    }

    /** A thing declared, and where. */
    record Placed(RouteFile file, Declared declared) {}

    Stream<Placed> declared() {
        return files.values().stream().flatMap(file -> file.declared().stream().map(one -> new Placed(file, one)));
    }

    Stream<Placed> routes() {
        return declared().filter(placed -> placed.declared().isRoute());
    }

    /** Those of a kind, in the order of the files. */
    Map<String, Placed> byId(String kind) {
        return declared()
                .filter(placed -> placed.declared().kind().equals(kind))
                .collect(Collectors.toMap(
                        placed -> placed.declared().id(), placed -> placed, (a, b) -> a, LinkedHashMap::new));
    }

    List<String> configurations() {
        return declared()
                .filter(placed -> placed.declared().isConfiguration())
                .map(placed -> placed.declared().id())
                .toList();
    }

    /** The names of the {@code direct} doors that a route stands behind. */
    List<String> doors() {
        return routes().filter(placed -> placed.declared().scheme().equals("direct"))
                .map(placed -> Declared.door(placed.declared().from().part()))
                .toList();
    }
}

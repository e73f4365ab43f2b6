package org.orderway.simulators;

import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Profile;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The sample orders, fed once: a second start finds them done. */
@Component("samples")
@Profile("simulators")
public class Samples {

    private static final Logger log = LoggerFactory.getLogger(Samples.class);

    private final JdbcClient jdbc;
    private final Path file;

    Samples(JdbcClient jdbc, @Value("${orderway.samples.file}") Path file) {
        this.jdbc = jdbc;
        this.file = file;
    }

    /** Whether they were never fed and are there. */
    @Transactional(readOnly = true)
    public boolean areNew() {
        boolean fed = jdbc.sql("select exists (select 1 from once where name = 'samples')")
                .query(Boolean.class)
                .single();
        if (!fed && !Files.isReadable(file)) {
            log.warn("There is no file {}: no sample orders are fed", file);
            return false;
        }
        return !fed;
    }

    /** The file they are in. */
    public java.io.File file() {
        return file.toFile();
    }

    /** They are fed. An import cut off before this is repeated whole: orders already there are known by their number. */
    @Transactional
    public void fed() {
        jdbc.sql("insert into once (name) values ('samples') on conflict do nothing")
                .update();
    }
}

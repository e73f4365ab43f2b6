package org.orderway.routes;

import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/** Holds all files of routes to the checks of an edit, and ends: for a build, before anybody runs them. */
@Component
@Profile("check-routes")
class CheckRoutes implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(CheckRoutes.class);

    private final ApplicationContext context;
    private final Folder folder;
    private final Check check;

    CheckRoutes(ApplicationContext context, Folder folder, Check check) {
        this.context = context;
        this.folder = folder;
        this.check = check;
    }

    @Override
    public void run(ApplicationArguments arguments) {
        List<Finding> findings = check.everything(folder.read(new Whole(Map.of())));
        findings.forEach(finding -> log.error(finding.inWords()));
        int code = findings.isEmpty() ? 0 : 1;
        System.exit(SpringApplication.exit(context, () -> code));
    }
}

package org.orderway.http;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The door's limits.
 *
 * @param maxBody   the largest body of any request but an import
 * @param maxImport the largest CSV file of an import
 */
@ConfigurationProperties("orderway.http")
public record HttpSettings(@DefaultValue("1MB") DataSize maxBody, @DefaultValue("50MB") DataSize maxImport) {}

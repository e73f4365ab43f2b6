package org.orderway.bench.spring;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ResponseStatus;

/** It is the sender's mistake, and stays one when it is tried again. */
@ResponseStatus(HttpStatus.UNPROCESSABLE_ENTITY)
class InvalidOrder extends RuntimeException {

    InvalidOrder(String message) {
        super(message);
    }
}

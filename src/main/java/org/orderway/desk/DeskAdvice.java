package org.orderway.desk;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.Map;
import org.orderway.failures.LetterClosed;
import org.orderway.failures.UnknownLetter;
import org.orderway.fraud.NoReview;
import org.orderway.fraud.ReviewClosed;
import org.orderway.notification.Mails;
import org.orderway.orders.InvalidOrder;
import org.orderway.orders.NotCancellable;
import org.orderway.orders.NotReturnable;
import org.orderway.orders.UnknownOrder;
import org.orderway.routes.NoSuchRole;
import org.orderway.routes.RoleBusy;
import org.orderway.routes.UnknownVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.servlet.ModelAndView;

/** What every page of the desk has, and what it shows when it cannot show what was asked for. */
@ControllerAdvice(basePackageClasses = DeskAdvice.class)
class DeskAdvice {

    private static final Logger log = LoggerFactory.getLogger(DeskAdvice.class);

    private final Clock clock;

    DeskAdvice(Clock clock) {
        this.clock = clock;
    }

    @ModelAttribute("visitor")
    Visitor visitor(HttpServletRequest request) {
        return Visitor.of(request);
    }

    @ModelAttribute("say")
    Wording say() {
        return new Wording(clock.instant());
    }

    @ExceptionHandler({
        UnknownOrder.class,
        InvalidOrder.class,
        UnknownLetter.class,
        NoReview.class,
        UnknownVersion.class,
        NoSuchRole.class,
        Mails.NoCaughtMails.class
    })
    ModelAndView unknown(RuntimeException missing, HttpServletRequest request) {
        return page(HttpStatus.NOT_FOUND, "There is nothing here", missing.getMessage(), request);
    }

    @ExceptionHandler({LetterClosed.class, ReviewClosed.class, NotCancellable.class, NotReturnable.class})
    ModelAndView tooLate(RuntimeException conflict, HttpServletRequest request) {
        return page(HttpStatus.CONFLICT, "That is not possible any more", conflict.getMessage(), request);
    }

    @ExceptionHandler(RoleBusy.class)
    ModelAndView notYet(RoleBusy busy, HttpServletRequest request) {
        return page(HttpStatus.CONFLICT, "Not yet", busy.getMessage(), request);
    }

    @ExceptionHandler(Visitor.NotAllowed.class)
    ModelAndView notAllowed(HttpServletRequest request) {
        return page(
                HttpStatus.FORBIDDEN,
                "Only operators decide",
                "You may look at everything here. To decide, log in as an operator.",
                request);
    }

    @ExceptionHandler(NoReason.class)
    ModelAndView noReason(NoReason missing, HttpServletRequest request) {
        return page(HttpStatus.BAD_REQUEST, "Something is missing", missing.getMessage(), request);
    }

    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    ModelAndView away(RuntimeException silent, HttpServletRequest request) {
        log.debug("The database does not answer the desk", silent);
        return page(
                HttpStatus.SERVICE_UNAVAILABLE,
                "The database does not answer",
                "Nothing that was accepted is lost. This page works again as soon as the database does.",
                request);
    }

    private ModelAndView page(HttpStatus status, String heading, String text, HttpServletRequest request) {
        return new ModelAndView(
                "desk/wrong",
                Map.of("heading", heading, "text", text, "visitor", Visitor.of(request), "say", say()),
                status);
    }
}

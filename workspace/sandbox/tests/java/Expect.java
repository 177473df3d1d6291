import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

/** What a check claims. */
final class Expect {
    /** How long anything may take before a check fails. */
    static final Duration DEADLINE = Duration.ofSeconds(20);

    private Expect() {}

    static void equal(Object expected, Object found) {
        if (!Objects.equals(expected, found)) {
            throw new AssertionError("expected " + expected + ", found " + found);
        }
    }

    static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** The error that something ends with, which may come as the cause of another. */
    static <E extends Throwable> E refused(Class<E> kind, Callable<?> action) {
        Object result;
        try {
            result = action.call();
        } catch (Throwable thrown) {
            Throwable error = thrown instanceof ExecutionException ? thrown.getCause() : thrown;
            if (kind.isInstance(error)) {
                return kind.cast(error);
            }
            throw new AssertionError("expected " + kind.getSimpleName(), thrown);
        }
        throw new AssertionError("expected " + kind.getSimpleName() + ", found " + result);
    }

    /** Asks again and again until it is so. */
    static void until(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.call()) {
            that(System.nanoTime() < end, "not within " + DEADLINE + ": " + what);
        }
    }
}

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Runs every check against the broker whose address is the argument, and prints a line for each: "passed NAME", or
 * "failed NAME" with the reason. It ends with 1 when one failed.
 */
final class Checks {
    interface Check {
        void run(Clients clients) throws Exception;
    }

    private static final Map<String, Check> ALL = new LinkedHashMap<>();

    static {
        ALL.put("idempotent records have one offset after the other", Records::idempotent);
        ALL.put("every compression comes back as it was sent", Records::compressed);
        ALL.put("records of a time are found, and deleted ones are gone", Records::foundAndDeleted);
        ALL.put("aborted records are seen only by those who ask", Transactions::committedAndAborted);
        ALL.put("a new owner fences the old one", Transactions::fenced);
        ALL.put("what an old owner sends is refused", Transactions::zombieCannotWrite);
        ALL.put("an administrator fences an owner", Transactions::fencedByAdministrator);
        ALL.put("offsets move with their transaction", Transactions::offsetsMoveWithTransaction);
        ALL.put("who is no member cannot commit in a transaction", Transactions::strangerIsRefused);
        ALL.put("transactions are described", Transactions::described);
        ALL.put("members share partitions and keep what does not move", Groups::cooperative);
        ALL.put("a static member comes back to its partitions", Groups::staticMember);
        ALL.put("members of the new protocol share partitions", Groups::newProtocol);
        ALL.put("members of the new protocol subscribe to a pattern", Groups::pattern);
        ALL.put("nothing is lost while members come and go", Groups::nothingIsLost);
        ALL.put("topics are created, described, grown and deleted", Administration::topics);
        ALL.put("settings are changed and described", Administration::settings);
        ALL.put("groups are listed, described, moved and deleted", Administration::groups);
        ALL.put("the cluster is described", Administration::cluster);
    }

    private Checks() {}

    public static void main(String[] arguments) {
        Clients clients = new Clients(arguments[0]);
        boolean passed = true;
        for (Map.Entry<String, Check> check : ALL.entrySet()) {
            long begin = System.nanoTime();
            try {
                check.getValue().run(clients);
                System.out.printf("passed %s (%d ms)%n", check.getKey(), (System.nanoTime() - begin) / 1_000_000);
            } catch (Throwable failure) {
                passed = false;
                System.out.println("failed " + check.getKey());
                failure.printStackTrace(System.out);
            }
        }
        System.out.flush();
        // Clients that a failed check left open do not hold the process.
        System.exit(passed ? 0 : 1);
    }
}

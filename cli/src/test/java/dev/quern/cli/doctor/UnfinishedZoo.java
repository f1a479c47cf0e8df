package dev.quern.cli.doctor;

import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A process that ends, or stands still, after the first model of the zoo. */
final class UnfinishedZoo {
    static final int STATUS = 134;

    private UnfinishedZoo() {}

    public static void main(String[] arguments) throws InterruptedException {
        List<ZooModel> models = Zoo.models();
        System.out.println(new ZooResult(models.getFirst().name(), "").line());
        System.out.flush();
        if (arguments[0].equals("stands")) {
            new CountDownLatch(1).await();
        }
        Runtime.getRuntime().halt(STATUS);
    }
}

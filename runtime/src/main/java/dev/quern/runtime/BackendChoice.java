package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.ir.backend.Backend;
import java.util.List;
import java.util.ServiceLoader;

/** Finds the back end for a device among those on the module path or class path. */
public final class BackendChoice {
    private static final System.Logger LOG = System.getLogger("dev.quern.runtime");

    /** Set to {@code interpreter}, every kernel is interpreted: slow, for finding out whose fault a wrong result is. */
    static final String PROPERTY = "quern.backend";

    private static final String INTERPRETER = "interpreter";

    private BackendChoice() {}

    /**
     * The back end for {@code device}: {@code cpu}, {@code cuda}, {@code auto} (cuda where there is one), or
     * {@code interpreter}.
     *
     * @throws ModelException if there is none
     */
    public static Backend forDevice(String device) {
        String wanted = System.getProperty(PROPERTY, device);
        if (wanted.equals(INTERPRETER)) {
            if (!device.equals(INTERPRETER)) {
                LOG.log(System.Logger.Level.WARNING, "kernels are interpreted, because {0} asks for it", PROPERTY);
            }
            return new InterpretedBackend();
        }
        List<Backend> backends = backends();
        List<String> order = wanted.equals("auto") ? List.of("cuda", "cpu") : List.of(wanted);
        for (String name : order) {
            for (Backend backend : backends) {
                if (backend.device().equals(name) && (order.size() == 1 || backend.isAvailable())) {
                    return backend;
                }
            }
        }
        throw new ModelException(
                ModelException.Code.DEVICE,
                "device '" + wanted + "'",
                "no back end for it; found "
                        + backends.stream().map(Backend::device).toList()
                        + "; name one of those, or add the module that has it to the class path");
    }

    private static List<Backend> backends() {
        ModuleLayer layer = BackendChoice.class.getModule().getLayer();
        ServiceLoader<Backend> loader = layer == null
                ? ServiceLoader.load(Backend.class, BackendChoice.class.getClassLoader())
                : ServiceLoader.load(layer, Backend.class);
        return loader.stream().map(ServiceLoader.Provider::get).toList();
    }
}

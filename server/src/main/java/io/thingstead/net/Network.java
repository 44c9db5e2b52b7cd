package io.thingstead.net;

import io.thingstead.event.Tries;
import java.util.concurrent.Executor;

/** What the handlers of new connections share. */
record Network(
    NetLimits limits,
    ServerContexts contexts,
    Callers callers,
    Switchboard switchboard,
    Executor tasks,
    Doorman doorman,
    Tries tries) {}

package io.thingstead.net;

import java.util.concurrent.Executor;

/** What the handlers of new connections share. */
record Network(
    NetLimits limits,
    ServerContexts contexts,
    Callers callers,
    Switchboard switchboard,
    Executor tasks,
    Doorman doorman) {}

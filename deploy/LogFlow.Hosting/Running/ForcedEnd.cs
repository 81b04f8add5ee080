using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>The end of a process that does not end by itself; tests put something milder in its place.</summary>
internal class ForcedEnd(ILoggerFactory loggers)
{
    /// <summary>Writes what is logged, and ends the process as a crash would.</summary>
    public virtual void Now()
    {
        // Entries are written by another thread, which this waits for.
        loggers.Dispose();
        ProcessExit.Now(1);
    }
}

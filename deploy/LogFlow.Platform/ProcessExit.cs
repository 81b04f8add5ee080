using System.Diagnostics;

namespace LogFlow.Platform;

/// <summary>Ends this process without running anything more of it.</summary>
public static class ProcessExit
{
    /// <summary>Ends the process at once, as a crash does: no finalizer, no handler, no flush runs.</summary>
    /// <param name="exitCode">What its parent sees; where the C library cannot be called, a kill's code.</param>
    public static void Now(int exitCode)
    {
        try
        {
            LibC.ExitAtOnce(exitCode);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            Process.GetCurrentProcess().Kill();
        }
    }
}

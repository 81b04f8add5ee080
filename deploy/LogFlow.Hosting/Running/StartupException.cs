namespace LogFlow.Hosting;

/// <summary>
/// A start that failed for a reason which the operator can mend. The message is the whole story (what, where, remedy);
/// it is printed without a stack trace and the process exits with <see cref="ExitCode"/>.
/// </summary>
public sealed class StartupException(string message, int exitCode = 1) : Exception(message)
{
    /// <summary>1: failed (port in use, folder locked, no permission); 2: usage or configuration.</summary>
    public int ExitCode { get; } = exitCode;
}

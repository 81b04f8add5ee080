namespace LogFlow.Hosting;

/// <summary>How the process will say that it ended.</summary>
internal sealed class HostOutcome
{
    private int _exitCode;

    /// <summary>0 after a stop that was asked for; 1 where a part failed or did not stop.</summary>
    public int ExitCode => Volatile.Read(ref _exitCode);

    /// <summary>Something failed; the log says what.</summary>
    public void Fail() => Volatile.Write(ref _exitCode, 1);
}

namespace LogFlow.Agent;

/// <summary>Where messages come from that stand in no log file.</summary>
internal interface IReceiver : IAsyncDisposable
{
    /// <summary>Takes its place (a port, a socket, a program), so that a start fails where it cannot.</summary>
    /// <exception cref="Hosting.StartupException">It cannot; the message names the key.</exception>
    void Open();

    /// <summary>Receives until asked to end, or until nothing more can come.</summary>
    Task RunAsync(CancellationToken stopping);
}

namespace LogFlow.Testing;

/// <summary>One run of a server of shared/servers, by its script or in a container.</summary>
internal interface IServerRun : IAsyncDisposable
{
    /// <summary>Starts it; returns what it has written when it answers, with the line <c>ready …</c>.</summary>
    Task<string> StartAsync();

    /// <summary>Waits until it has ended, after it was killed.</summary>
    Task WaitForExitAsync();
}

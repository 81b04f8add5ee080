namespace LogFlow.Hosting;

/// <summary>Where a service serves its metrics and health.</summary>
/// <param name="IsEnabled">Whether it does at all.</param>
/// <param name="Host">Address to bind.</param>
/// <param name="Port">Port; 0 takes a free one.</param>
/// <param name="PortKey">The configuration key that changes the port, for the message when it is taken.</param>
public sealed record HttpSettings(bool IsEnabled, string Host, int Port, string PortKey)
{
    /// <summary>What is looked at before anything is answered; null: nothing, for there are no pages.</summary>
    public RequestGuardOptions? Guard { get; init; }

    /// <summary>The section that makes it speak TLS; null: it does not.</summary>
    public SslServerConfig? Ssl { get; init; }
}

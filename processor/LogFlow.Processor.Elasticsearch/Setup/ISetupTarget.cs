namespace LogFlow.Processor.Elasticsearch;

/// <summary>A server that the command <c>setup</c> looks after.</summary>
public interface ISetupTarget
{
    /// <summary>Its address, without credentials.</summary>
    string Address { get; }

    /// <summary>Who it is and its version, in words.</summary>
    /// <exception cref="SetupException">It does not say, or needs no setup.</exception>
    Task<string> AskAsync(CancellationToken cancellationToken);

    /// <summary>How each object of LogFlow's stands, in the order in which they are put. Changes nothing.</summary>
    /// <exception cref="SetupException">The server does not let itself be looked at.</exception>
    Task<IReadOnlyList<SetupFinding>> LookAsync(CancellationToken cancellationToken);

    /// <summary>All that LogFlow ships for it, as if nothing were there. Asks nothing.</summary>
    IReadOnlyList<SetupFinding> Assume();

    /// <summary>The requests that put what has to be put.</summary>
    /// <param name="findings">How everything stands.</param>
    /// <param name="overwrites">What somebody changed is replaced, too.</param>
    IReadOnlyList<SetupRequest> Plan(IReadOnlyList<SetupFinding> findings, bool overwrites);

    /// <summary>Sends one of the requests.</summary>
    /// <exception cref="SetupException">The server does not take it.</exception>
    Task SendAsync(SetupRequest request, CancellationToken cancellationToken);
}

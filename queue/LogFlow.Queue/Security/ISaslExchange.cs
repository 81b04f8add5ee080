namespace LogFlow.Queue;

/// <summary>The server's side of one login.</summary>
internal interface ISaslExchange
{
    /// <summary>Takes the client's next message.</summary>
    ValueTask<SaslOutcome> NextAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken);
}

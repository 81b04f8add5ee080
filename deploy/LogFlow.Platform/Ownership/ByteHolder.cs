namespace LogFlow.Platform;

/// <summary>Who holds bytes of a <see cref="ByteBudget"/> by its claims: a connection, usually.</summary>
/// <param name="name">What messages call it: "the connection from 127.0.0.1:4711".</param>
/// <param name="cut">
/// Called once, on a thread of the pool, when others need what this one holds and is slow to complete: it must end the
/// holder's claims soon. Null: it is never cut off.
/// </param>
public sealed class ByteHolder(string name, Action? cut = null)
{
    /// <summary>What messages call it.</summary>
    public string Name => name;

    /// <summary>Bytes held within the budget, without those of the overdraft. Guarded by the budget's lock.</summary>
    internal long Held { get; set; }

    /// <summary>Of all bytes held, those of claims that are complete and so come back without help.</summary>
    internal long CompleteBytes { get; set; }

    /// <summary>Bytes lent to it beyond the budget.</summary>
    internal long Overdrawn { get; set; }

    /// <summary>Its place in the budget's list while it holds anything.</summary>
    internal int Index { get; set; } = -1;

    internal bool IsCut { get; set; }

    internal Action? Cut => cut;
}

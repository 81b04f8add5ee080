namespace LogFlow.Queue;

/// <summary>Where a transactional id stands; names and numbers are Kafka's.</summary>
internal enum TransactionStatus : sbyte
{
    /// <summary>A producer is there, no transaction.</summary>
    Empty = 0,

    /// <summary>A transaction is open.</summary>
    Ongoing = 1,

    /// <summary>The transaction counts; markers are on their way.</summary>
    PrepareCommit = 2,

    /// <summary>The transaction does not count; markers are on their way.</summary>
    PrepareAbort = 3,

    /// <summary>Every partition and group knows of the commit.</summary>
    CompleteCommit = 4,

    /// <summary>Every partition and group knows of the abort.</summary>
    CompleteAbort = 5,
}

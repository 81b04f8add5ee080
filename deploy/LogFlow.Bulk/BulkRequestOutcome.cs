namespace LogFlow.Bulk;

/// <summary>What the status of a whole bulk request means.</summary>
public enum BulkRequestOutcome
{
    /// <summary>The items' own answers decide.</summary>
    PerItem,

    /// <summary>Overload, an outage or an unknown outcome: the same items with the same ids again.</summary>
    Retry,

    /// <summary>413: halve the request and remember the size.</summary>
    TooLarge,

    /// <summary>400: one bad document can fail the whole request; bisect to find it.</summary>
    BadDocument,

    /// <summary>Credentials, privileges, a wrong address: an operator has to act; retried slowly until then.</summary>
    Misconfigured,
}

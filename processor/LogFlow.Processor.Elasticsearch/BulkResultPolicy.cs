namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// What an answer of <c>_bulk</c> means, per item and for the whole request. A pure table: the one place that decides
/// whether a document is done, sent again or dead-lettered.
/// </summary>
public static class BulkResultPolicy
{
    /// <summary>The meaning of one item's status.</summary>
    /// <param name="status">The item's HTTP status.</param>
    /// <param name="action">The item's action: 409 means "there already" for a create only.</param>
    /// <param name="attempts">How often the item was sent, this time included.</param>
    /// <param name="missingIndexAttemptsMax">After how many attempts a missing index is final.</param>
    public static BulkOutcome ForItem(int status, BulkAction action, int attempts, int missingIndexAttemptsMax) =>
        status switch
        {
            >= 200 and < 300 => BulkOutcome.Done,
            409 when action == BulkAction.Create => BulkOutcome.Duplicate,
            404 when action == BulkAction.Delete => BulkOutcome.Done,
            404 => attempts >= missingIndexAttemptsMax ? BulkOutcome.DeadLetter : BulkOutcome.Retry,
            // A block or a missing privilege is mended by an operator; 408 and 429 mend themselves.
            401 or 403 or 408 or 409 or 429 => BulkOutcome.Retry,
            >= 400 and < 500 => BulkOutcome.DeadLetter,
            _ => BulkOutcome.Retry,
        };

    /// <summary>The meaning of the whole request's status; 0 stands for no (complete) answer.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="errorReason">The error's reason, where the body has one.</param>
    public static BulkRequestOutcome ForRequest(int status, string? errorReason) => status switch
    {
        >= 200 and < 300 => BulkRequestOutcome.PerItem,
        413 => BulkRequestOutcome.TooLarge,
        // Dead-lettering every document because of our own request line would be absurd: somebody has to look.
        400 when errorReason is not null && errorReason.Contains("unrecognized parameter", StringComparison.Ordinal) =>
            BulkRequestOutcome.Misconfigured,
        400 => BulkRequestOutcome.BadDocument,
        0 or 408 or 425 or 429 or >= 500 => BulkRequestOutcome.Retry,
        _ => BulkRequestOutcome.Misconfigured,
    };
}

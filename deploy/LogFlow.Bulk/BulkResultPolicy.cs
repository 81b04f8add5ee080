namespace LogFlow.Bulk;

/// <summary>
/// What an answer of <c>_bulk</c> means, per item and for the whole request. A pure table: the one place that decides
/// whether a document is done, sent again, waits for an operator or is dead-lettered.
/// </summary>
public static class BulkResultPolicy
{
    /// <summary>The meaning of one item's answer. The error's type decides where a status means several
    /// things.</summary>
    /// <param name="status">The item's HTTP status.</param>
    /// <param name="errorType">Elasticsearch's error type; null where there is none.</param>
    /// <param name="action">The item's action: 409 means "there already" for a create only.</param>
    public static BulkOutcome ForItem(int status, string? errorType, BulkAction action) => status switch
    {
        >= 200 and < 300 => BulkOutcome.Done,
        409 when action == BulkAction.Create => BulkOutcome.Duplicate,

        // Nothing to delete: the document is not there, or nothing of its index is.
        404 when action == BulkAction.Delete && errorType is null or "index_not_found_exception" => BulkOutcome.Done,

        // An update of a document that does not exist: the index is there, the document is at fault.
        404 when errorType is "document_missing_exception" => BulkOutcome.DeadLetter,

        // No index and no template that makes one, a block, a missing privilege: good lines, an operator's matter.
        401 or 403 or 404 => BulkOutcome.Refused,

        // The cluster's limit of shards, a closed index.
        400 when errorType is "validation_exception" or "index_closed_exception" => BulkOutcome.Refused,

        // They mend themselves.
        408 or 409 or 429 => BulkOutcome.Retry,
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

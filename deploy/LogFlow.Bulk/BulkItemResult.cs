namespace LogFlow.Bulk;

/// <summary>The server's answer for one document of a bulk request.</summary>
/// <param name="Status">The item's HTTP status; that of the whole request where it was refused as one.</param>
/// <param name="Outcome">What to do with the document.</param>
/// <param name="ErrorType">Elasticsearch's error type; null where the document was stored.</param>
/// <param name="ErrorReason">Elasticsearch's reason, with its cause, shortened; null where it was stored.</param>
/// <param name="InFailureStore">The server parked the document in the data stream's failure store.</param>
public readonly record struct BulkItemResult(
    int Status, BulkOutcome Outcome, string? ErrorType = null, string? ErrorReason = null, bool InFailureStore = false)
{
    /// <summary>The document needs no more sending.</summary>
    public bool IsFinal => Outcome is BulkOutcome.Done or BulkOutcome.Duplicate or BulkOutcome.DeadLetter;
}

namespace LogFlow.Bulk.Tests;

public sealed class BulkResultPolicyTests
{
    [Theory]
    [InlineData(200, null, BulkOutcome.Done)]
    [InlineData(201, null, BulkOutcome.Done)]
    [InlineData(409, "version_conflict_engine_exception", BulkOutcome.Duplicate)]
    [InlineData(429, "es_rejected_execution_exception", BulkOutcome.Retry)]
    [InlineData(429, "cluster_block_exception", BulkOutcome.Retry)]
    [InlineData(400, "document_parsing_exception", BulkOutcome.DeadLetter)]
    [InlineData(400, "mapper_parsing_exception", BulkOutcome.DeadLetter)]
    [InlineData(400, "invalid_index_name_exception", BulkOutcome.DeadLetter)]
    [InlineData(400, "validation_exception", BulkOutcome.Refused)]
    [InlineData(400, "index_closed_exception", BulkOutcome.Refused)]
    [InlineData(401, "security_exception", BulkOutcome.Refused)]
    [InlineData(403, "security_exception", BulkOutcome.Refused)]
    [InlineData(403, "cluster_block_exception", BulkOutcome.Refused)]
    [InlineData(404, "index_not_found_exception", BulkOutcome.Refused)]
    [InlineData(404, null, BulkOutcome.Refused)]
    [InlineData(413, null, BulkOutcome.DeadLetter)]
    [InlineData(500, null, BulkOutcome.Retry)]
    [InlineData(503, "unavailable_shards_exception", BulkOutcome.Retry)]
    [InlineData(0, null, BulkOutcome.Retry)]
    public void Create_ItemAnswer_HasItsOutcome(int status, string? type, BulkOutcome expected) =>
        Assert.Equal(expected, BulkResultPolicy.ForItem(status, type, BulkAction.Create));

    [Theory]
    [InlineData(409, "version_conflict_engine_exception", BulkAction.Index, BulkOutcome.Retry)]
    [InlineData(409, "version_conflict_engine_exception", BulkAction.Update, BulkOutcome.Retry)]
    [InlineData(404, "document_missing_exception", BulkAction.Update, BulkOutcome.DeadLetter)]
    [InlineData(404, "index_not_found_exception", BulkAction.Update, BulkOutcome.Refused)]
    [InlineData(404, null, BulkAction.Delete, BulkOutcome.Done)]
    [InlineData(404, "index_not_found_exception", BulkAction.Delete, BulkOutcome.Done)]
    public void OtherActions_ItemAnswer_HasItsOutcome(
        int status, string? type, BulkAction action, BulkOutcome expected) =>
        Assert.Equal(expected, BulkResultPolicy.ForItem(status, type, action));

    [Theory]
    [InlineData(200, BulkRequestOutcome.PerItem)]
    [InlineData(0, BulkRequestOutcome.Retry)]
    [InlineData(408, BulkRequestOutcome.Retry)]
    [InlineData(429, BulkRequestOutcome.Retry)]
    [InlineData(502, BulkRequestOutcome.Retry)]
    [InlineData(503, BulkRequestOutcome.Retry)]
    [InlineData(413, BulkRequestOutcome.TooLarge)]
    [InlineData(400, BulkRequestOutcome.BadDocument)]
    [InlineData(401, BulkRequestOutcome.Misconfigured)]
    [InlineData(403, BulkRequestOutcome.Misconfigured)]
    [InlineData(404, BulkRequestOutcome.Misconfigured)]
    [InlineData(302, BulkRequestOutcome.Misconfigured)]
    public void Request_Status_HasItsOutcome(int status, BulkRequestOutcome expected) =>
        Assert.Equal(expected, BulkResultPolicy.ForRequest(status, "reason"));

    [Fact]
    public void Request_RefusedForItsParameters_IsNotTheDocumentsFault() =>
        Assert.Equal(
            BulkRequestOutcome.Misconfigured,
            BulkResultPolicy.ForRequest(400, "request [/_bulk] contains unrecognized parameter: [x]"));
}

namespace LogFlow.Processor.Elasticsearch.Tests;

public sealed class BulkResultPolicyTests
{
    [Theory]
    [InlineData(200, BulkOutcome.Done)]
    [InlineData(201, BulkOutcome.Done)]
    [InlineData(409, BulkOutcome.Duplicate)]
    [InlineData(429, BulkOutcome.Retry)]
    [InlineData(400, BulkOutcome.DeadLetter)]
    [InlineData(403, BulkOutcome.Retry)]
    [InlineData(401, BulkOutcome.Retry)]
    [InlineData(413, BulkOutcome.DeadLetter)]
    [InlineData(500, BulkOutcome.Retry)]
    [InlineData(503, BulkOutcome.Retry)]
    [InlineData(0, BulkOutcome.Retry)]
    public void Create_ItemStatus_HasItsOutcome(int status, BulkOutcome expected) =>
        Assert.Equal(expected, BulkResultPolicy.ForItem(status, BulkAction.Create, 1, 5));

    [Fact]
    public void Conflict_OnIndexOrUpdate_IsRetried()
    {
        Assert.Equal(BulkOutcome.Retry, BulkResultPolicy.ForItem(409, BulkAction.Index, 1, 5));
        Assert.Equal(BulkOutcome.Retry, BulkResultPolicy.ForItem(409, BulkAction.Update, 1, 5));
    }

    [Fact]
    public void MissingIndex_AfterAttempts_IsDeadLettered()
    {
        Assert.Equal(BulkOutcome.Retry, BulkResultPolicy.ForItem(404, BulkAction.Create, 4, 5));
        Assert.Equal(BulkOutcome.DeadLetter, BulkResultPolicy.ForItem(404, BulkAction.Create, 5, 5));
        Assert.Equal(BulkOutcome.Done, BulkResultPolicy.ForItem(404, BulkAction.Delete, 1, 5));
    }

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

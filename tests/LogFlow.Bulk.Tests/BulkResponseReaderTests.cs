using System.Text;

namespace LogFlow.Bulk.Tests;

public sealed class BulkResponseReaderTests
{
    private const string Whole = """
        {"errors":true,"took":3,"items":[{"create":{"status":201}},
        {"create":{"_index":"i","status":400,"error":{"type":"document_parsing_exception",
        "reason":"[1:17] failed to parse","caused_by":{"type":"x","reason":"bad number"}}}},
        {"index":{"status":201,"failure_store":"used"}}]}
        """;

    [Fact]
    public void Answer_Whole_GivesStatusAndErrors()
    {
        var items = new BulkItemResult[3];

        Assert.True(BulkResponseReader.TryRead(Encoding.UTF8.GetBytes(Whole), items));
        Assert.Equal([201, 400, 201], items.Select(item => item.Status));
        Assert.Equal("document_parsing_exception", items[1].ErrorType);
        Assert.Equal("[1:17] failed to parse: bad number", items[1].ErrorReason);
        Assert.True(items[2].InFailureStore);
        Assert.Null(items[0].ErrorReason);
    }

    [Fact]
    public void Answer_CutAnywhere_IsRefused()
    {
        var bytes = Encoding.UTF8.GetBytes(Whole);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(
                BulkResponseReader.TryRead(bytes.AsSpan(0, length), new BulkItemResult[3]), $"length {length}");
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Answer_WithAnotherCount_IsRefused(int expected) =>
        Assert.False(BulkResponseReader.TryRead(Encoding.UTF8.GetBytes(Whole), new BulkItemResult[expected]));

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"items\":7}")]
    [InlineData("{\"items\":[7]}")]
    [InlineData("{\"items\":[{}]}")]
    [InlineData("{\"items\":[{\"create\":7}]}")]
    [InlineData("{\"items\":[{\"create\":{\"status\":\"x\"}}]}")]
    [InlineData("{\"items\":[{\"create\":{\"status\":99999999999999}}]}")]
    [InlineData("<html></html>")]
    public void Answer_OfAnotherShape_IsRefused(string body) =>
        Assert.False(BulkResponseReader.TryRead(Encoding.UTF8.GetBytes(body), new BulkItemResult[1]));

    [Fact]
    public void Answer_RandomlyDamaged_NeverThrows()
    {
        var random = new Random(7);
        var original = Encoding.UTF8.GetBytes(Whole);
        for (var round = 0; round < 5000; round++)
        {
            var bytes = original.ToArray();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            BulkResponseReader.TryRead(bytes, new BulkItemResult[3]);
        }
    }
}

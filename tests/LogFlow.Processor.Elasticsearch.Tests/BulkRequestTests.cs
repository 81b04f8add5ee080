using System.Text;
using LogFlow.Platform;

namespace LogFlow.Processor.Elasticsearch.Tests;

public sealed class BulkRequestTests
{
    [Fact]
    public void Items_Built_AreActionAndSourceLines()
    {
        using var lease = Some.Request("""{"a":1}""", """{"b":2}""");
        var request = lease.Value;

        Assert.Equal(
            "{\"create\":{\"_index\":\"logs-test-default\",\"_id\":\"id-0\"}}\n{\"a\":1}\n",
            Encoding.UTF8.GetString(request.GetItem(0).Span));
        Assert.Equal("{\"b\":2}", Encoding.UTF8.GetString(request.GetSource(1).Span));
        Assert.Equal(1, request.GetTag(1));
        Assert.Equal(request.GetItem(0).Length + request.GetItem(1).Length, request.SizeInBytes);
    }

    [Theory]
    [InlineData("a\"b\\c\n", "a\\\"b\\\\c\\n")]
    [InlineData("ümlaut", "ümlaut")]
    [InlineData("\u0001", "\\u0001")]
    public void Id_WithSpecialCharacters_IsEscaped(string id, string expected)
    {
        using var lease = BulkRequest.Rent();
        var request = lease.Value;
        request.BeginItem(BulkAction.Create, default, Encoding.UTF8.GetBytes(id));
        Some.Append(request, "{}");
        request.EndItem(0);

        Assert.Equal(
            $"{{\"create\":{{\"_id\":\"{expected}\"}}}}\n{{}}\n", Encoding.UTF8.GetString(request.GetItem(0).Span));
    }

    [Fact]
    public void Update_Item_WrapsTheDocument()
    {
        using var lease = BulkRequest.Rent();
        var request = lease.Value;
        request.BeginItem(BulkAction.Update, "i"u8, "x"u8, "p"u8, "r"u8);
        Some.Append(request, "{\"a\":1}");
        request.EndItem(0);

        Assert.Equal(
            "{\"update\":{\"_index\":\"i\",\"_id\":\"x\",\"pipeline\":\"p\",\"routing\":\"r\"}}\n"
            + "{\"doc\":{\"a\":1}}\n",
            Encoding.UTF8.GetString(request.GetItem(0).Span));
    }

    [Fact]
    public void Update_WithDocAsUpsert_SaysSo()
    {
        using var lease = BulkRequest.Rent();
        lease.Value.BeginItem(BulkAction.Update, "i"u8, "x"u8, docAsUpsert: true);
        Some.Append(lease.Value, "{}");
        lease.Value.EndItem(0);

        Assert.EndsWith(
            "{\"doc\":{},\"doc_as_upsert\":true}\n", Encoding.UTF8.GetString(lease.Value.GetItem(0).Span),
            StringComparison.Ordinal);
    }

    [Fact]
    public void IndexAndId_OfAnItem_AreKnown()
    {
        using var lease = BulkRequest.Rent();
        var request = lease.Value;
        request.BeginItem(BulkAction.Index, "an-index"u8, "an\"id"u8, "p"u8);
        request.EndItem(0);
        request.BeginItem(BulkAction.Index, default, "x"u8);
        request.EndItem(1);
        request.BeginItem(BulkAction.Index, "i"u8, default);
        request.EndItem(2);

        Assert.Equal("an-index", Encoding.UTF8.GetString(request.GetIndex(0)));
        Assert.Equal("an\\\"id", Encoding.UTF8.GetString(request.GetId(0)));
        Assert.True(request.GetIndex(1).IsEmpty);
        Assert.Equal("x", Encoding.UTF8.GetString(request.GetId(1)));
        Assert.Equal("i", Encoding.UTF8.GetString(request.GetIndex(2)));
        Assert.True(request.GetId(2).IsEmpty);
    }

    [Fact]
    public void Lease_TheLastDisposed_GivesTheMemoryBackAndEndsTheUse()
    {
        var pool = new BytePool(1 << 20);
        var lease = BulkRequest.Rent(pool);
        var request = lease.Value;
        var sending = lease.Retain();
        lease.Dispose();
        Assert.Equal(1, pool.LentCount);
        sending.Value.BeginItem(BulkAction.Delete, "i"u8, "x"u8);
        sending.Value.EndItem(0);

        sending.Dispose();

        Assert.Equal(0, pool.LentCount);
        Assert.Throws<ObjectDisposedException>(() => request.BeginItem(BulkAction.Delete, "i"u8, "x"u8));
    }

    [Fact]
    public void Delete_Item_HasNoSource()
    {
        using var lease = BulkRequest.Rent();
        var request = lease.Value;
        request.BeginItem(BulkAction.Delete, "i"u8, "x"u8);
        request.EndItem(0);

        Assert.Equal(
            "{\"delete\":{\"_index\":\"i\",\"_id\":\"x\"}}\n", Encoding.UTF8.GetString(request.GetItem(0).Span));
        Assert.True(request.GetSource(0).IsEmpty);
    }

    [Fact]
    public void Item_Abandoned_LeavesNoTrace()
    {
        using var lease = Some.Request("{}");
        var request = lease.Value;
        var size = request.SizeInBytes;
        request.BeginItem(BulkAction.Create, "i"u8, "x"u8);
        Some.Append(request, "{half");
        request.AbandonItem();

        Assert.Equal(1, request.Count);
        Assert.Equal(size, request.SizeInBytes);
    }

    [Fact]
    public async Task Content_OfSelectedItems_IsTheirBytesInOrder()
    {
        using var first = Some.Request("{\"n\":0}", "{\"n\":1}", "{\"n\":2}");
        using var second = Some.Request("{\"n\":3}");
        BulkItemRef[] items = [new(first, 0), new(first, 2), new(second, 0)];
        using var content = new BulkContent(items, gzip: null);

        var body = await content.ReadAsStringAsync();

        Assert.Equal(
            string.Concat(items.Select(item => Encoding.UTF8.GetString(item.Bytes.Span))), body);
        Assert.Equal(body.Length, content.Headers.ContentLength);
    }
}

using System.Text;
using System.Text.Json;

namespace LogFlow.Agent.Tests;

public sealed class EventTests
{
    [Fact]
    public void JsonText_RandomBytes_GiveWhatAJsonParserReadsBack()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(0, 60)];
            random.NextBytes(bytes);
            for (var at = 0; at < bytes.Length; at++)
            {
                // Mostly text, with some controls and broken sequences.
                bytes[at] = random.Next(8) == 0 ? bytes[at] : (byte)random.Next(' ', 127);
            }

            var repaired = new byte[bytes.Length * 3];
            var length = JsonStringWriter.Repair(bytes, repaired);
            var expected = Encoding.UTF8.GetString(bytes);
            Assert.Equal(expected, Encoding.UTF8.GetString(repaired, 0, length));
            var escaped = new byte[length * JsonStringWriter.ExpansionMax];
            var written = JsonStringWriter.Write(repaired.AsSpan(0, length), escaped);
            Assert.Equal(expected, Parse(escaped.AsSpan(0, written)));
            var limit = random.Next(0, written + 1);
            var bounded = new byte[limit];
            var boundedLength = JsonStringWriter.WriteBounded(repaired.AsSpan(0, length), bounded, out var consumed);
            Assert.Equal(
                Encoding.UTF8.GetString(repaired, 0, consumed), Parse(bounded.AsSpan(0, boundedLength)));
            Assert.True(limit < written || consumed == length);
        }
    }

    [Fact]
    public void Encoder_PerLine_AllocatesNothing()
    {
        var config = new AgentConfig();
        var metadata = new EventMetadata(
            config, new InputConfig(), new AgentIdentity(Guid.NewGuid(), Guid.NewGuid(), "host", "1"));
        var encoder = new EventEncoder(
            "key"u8.ToArray(), OutputCodec.Json, LineEncoding.Find("plain")!, metadata.For("/a"));
        var scratch = new EventScratch();
        var line = Encoding.ASCII.GetBytes("127.0.0.1 - - \"GET / HTTP/1.1\" 200 " + new string('x', 200));
        var timestamp = new byte[EventEncoder.TimestampLength];
        EventEncoder.FormatTimestamp(DateTimeOffset.UnixEpoch, timestamp);
        Assert.Equal("1970-01-01T00:00:00.000Z", Encoding.ASCII.GetString(timestamp));
        var isTruncated = false;
        encoder.Encode(line, 0, ref isTruncated, timestamp, 100_000, scratch);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1000; round++)
        {
            encoder.Encode(line, round, ref isTruncated, timestamp, 100_000, scratch);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.False(isTruncated);
    }

    [Fact]
    public void Metadata_FieldsUnderRoot_MergeIntoObjects()
    {
        var config = new AgentConfig { FieldsUnderRoot = true };
        config.Fields["host.os.name"] = "linux";
        config.Fields["service"] = "shop";
        var metadata = new EventMetadata(
            config, new InputConfig(), new AgentIdentity(Guid.NewGuid(), Guid.NewGuid(), "h", "1")).For("/a\"b");
        Assert.Equal("linux", (string?)metadata["host"]!["os"]!["name"]);
        Assert.Equal("h", (string?)metadata["host"]!["name"]);
        Assert.Equal("shop", (string?)metadata["service"]);
        Assert.Equal("/a\"b", (string?)metadata["log"]!["file"]!["path"]);
    }

    [Fact]
    public void Metadata_Fields_KeepTheirTypes()
    {
        var config = new AgentConfig();
        config.Fields["num"] = 1L;
        config.Fields["flag"] = true;
        config.Fields["ratio"] = 1.5;
        config.Fields["nothing"] = null;
        config.Fields["list"] = new List<object?> { 1L, "b", new Dictionary<string, object?> { ["c.d"] = false } };
        var metadata = new EventMetadata(
            config, new InputConfig(), new AgentIdentity(Guid.NewGuid(), Guid.NewGuid(), "h", "1")).For("/a");
        Assert.Equal(
            """{"num":1,"flag":true,"ratio":1.5,"nothing":null,"list":[1,"b",{"c":{"d":false}}]}""",
            metadata["fields"]!.ToJsonString());
    }

    private static string Parse(ReadOnlySpan<byte> escaped) =>
        JsonDocument.Parse(Encoding.UTF8.GetBytes($"\"{Encoding.UTF8.GetString(escaped)}\"")).RootElement.GetString()!;
}

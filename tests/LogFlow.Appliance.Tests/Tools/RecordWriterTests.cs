using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Kafka.Protocol;
using Record = LogFlow.Kafka.Protocol.Record;

namespace LogFlow.Appliance.Tests;

public class RecordWriterTests
{
    private const long TimestampMs = 1_700_000_000_123;

    [Theory]
    [InlineData("%t|%p|%o|%k|%s|%T|%h|%K|%S|%%\\n", "orders|3|42|key|Grüße|1700000000123|a=1,b=NULL|3|7|%\n")]
    [InlineData("\\t%s\\x00\\\\", "\tGrüße\0\\")]
    [InlineData("%%%s%%", "%Grüße%")]
    [InlineData("", "")]
    public void Format_KnownTokens_PrintsThem(string format, string expected)
    {
        var record = Record("key"u8.ToArray(), "Grüße"u8.ToArray());

        Assert.Equal(expected, Print(new RecordFormat(format), record));
    }

    [Fact]
    public void Format_NullKeyAndValue_HaveLengthMinusOneAndNoBytes() =>
        Assert.Equal("[]-1[]-1", Print(new RecordFormat("[%k]%K[%s]%S"), Record(null, null)));

    [Theory]
    [InlineData("%x")]
    [InlineData("%")]
    [InlineData("\\q")]
    [InlineData("\\")]
    [InlineData("\\x4")]
    public void Format_Unknown_IsAUsageError(string format) =>
        Assert.Equal(2, Assert.Throws<StartupException>(() => new RecordFormat(format)).ExitCode);

    [Fact]
    public void Json_Text_IsReadableAndWhole()
    {
        using var json = new RecordJson();
        var record = Record("k"u8.ToArray(), "{\"a\":\"Grüße\"}"u8.ToArray());

        var line = Print(json, record);
        var parsed = JsonNode.Parse(line)!;

        Assert.EndsWith("}\n", line);
        Assert.Contains("Grüße", line);
        Assert.Equal("orders", parsed["topic"]!.GetValue<string>());
        Assert.Equal(3, parsed["partition"]!.GetValue<int>());
        Assert.Equal(42, parsed["offset"]!.GetValue<long>());
        Assert.Equal("2023-11-14T22:13:20.123Z", parsed["timestamp"]!.GetValue<string>());
        Assert.Equal("k", parsed["key"]!.GetValue<string>());
        Assert.Equal("{\"a\":\"Grüße\"}", parsed["value"]!.GetValue<string>());
        Assert.Equal(
            "[{\"key\":\"a\",\"value\":\"1\"},{\"key\":\"b\",\"value\":null}]",
            parsed["headers"]!.ToJsonString());
    }

    [Fact]
    public void Json_BytesThatAreNoText_StandInBase64()
    {
        using var json = new RecordJson();
        var parsed = JsonNode.Parse(Print(json, Record(null, new byte[] { 0xff, 0x00 })))!.AsObject();

        Assert.Equal("/wA=", parsed["value_base64"]!.GetValue<string>());
        Assert.False(parsed.ContainsKey("value"));
        Assert.Null(parsed["key"]);
    }

    private static string Print(IRecordWriter writer, Record record)
    {
        var output = new ArrayBufferWriter<byte>();
        writer.Write(new TopicPartition("orders", 3), record, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>With the headers a=1 and b=null: lengths are zigzag varints, so 2 is 1, and 1 is −1.</summary>
    private static Record Record(byte[]? key, byte[]? value) => new(
        42,
        TimestampMs,
        key is null ? null : (ReadOnlyMemory<byte>?)key,
        value is null ? null : (ReadOnlyMemory<byte>?)value,
        2,
        new byte[] { 2, (byte)'a', 2, (byte)'1', 2, (byte)'b', 1 });
}

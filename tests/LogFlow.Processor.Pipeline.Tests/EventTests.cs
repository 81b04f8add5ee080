using System.Buffers;
using System.Text;

namespace LogFlow.Processor.Pipeline.Tests;

public class EventTests
{
    private static readonly EventTimestamp Now = EventTimestamp.Parse("2024-05-01T12:00:00.000Z");

    [Fact]
    public void WriteJson_UntouchedFields_KeepsTheirBytes()
    {
        const string Json =
            """{"@timestamp":"2024-05-01T12:00:00.123456789Z","n":1.50e2,"o":{ "x" : [1,  2] },"s":"\u00e9\/"}""";
        var source = Read(Json);
        source.Set(FieldReference.Parse("new"), EventValue.Of(1L));

        Assert.Equal(Json[..^1] + ",\"new\":1}", Write(source));
    }

    [Fact]
    public void WriteJson_NestedFieldRead_KeepsItsBytes()
    {
        const string Json = """{"@timestamp":"2024-05-01T12:00:00.000Z","o":{ "x" : {"y":1.0} }}""";
        var source = Read(Json);

        Assert.Equal(1.0, source.Get(FieldReference.Parse("[o][x][y]")).Float);
        Assert.Equal(Json, Write(source));
    }

    [Fact]
    public void WriteJson_NestedFieldChanged_WritesTheChange()
    {
        var source = Read("""{"@timestamp":"2024-05-01T12:00:00.000Z","o":{"x":{"y":1},"z":[1,{"a":2}]}}""");

        source.Set(FieldReference.Parse("[o][x][y]"), EventValue.Of("two"));
        source.Set(FieldReference.Parse("[o][z][1][a]"), EventValue.Of(3L));

        Assert.Equal(
            """{"@timestamp":"2024-05-01T12:00:00.000Z","o":{"x":{"y":"two"},"z":[1,{"a":3}]}}""", Write(source));
    }

    [Fact]
    public void WriteJson_Metadata_IsLeftOut()
    {
        var source = Read("""{"@metadata":{"a":1},"@timestamp":"2024-05-01T12:00:00.000Z"}""");

        Assert.Equal(1, source.Get(FieldReference.Parse("[@metadata][a]")).Integer);
        Assert.Equal("""{"@timestamp":"2024-05-01T12:00:00.000Z"}""", Write(source));
    }

    [Theory]
    [InlineData(510)]
    [InlineData(5000)]
    [InlineData(100_000)]
    public void WriteJson_LongText_IsWrittenWhole(int length)
    {
        var text = string.Concat(new string('x', length), "\"\u0001é", new string('y', length));
        var source = new Event(Now);
        source.Set(FieldReference.Message, EventValue.Of(text));

        var again = Read(Write(source));
        Assert.Equal(text, again.Get(FieldReference.Message).AsString());
    }

    [Fact]
    public void TryFromJson_InvalidUtf8_IsReplaced()
    {
        byte[] json = [.. "{\"message\":\"a"u8, 0xff, .. "b\"}"u8];

        Assert.True(Event.TryFromJson(json, Now, out var source, out _));
        Assert.Equal("a\uFFFDb", source.Get(FieldReference.Message).AsString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"a\":1}x")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":\"\u0001\"}")]
    [InlineData("{\"a\":\"\\x\"}")]
    [InlineData("{\"a\":tru}")]
    [InlineData("{a:1}")]
    public void TryFromJson_NotAnObject_SaysWhy(string json)
    {
        Assert.False(Event.TryFromJson(Encoding.UTF8.GetBytes(json), Now, out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void TryFromJson_DeepNesting_IsRefused()
    {
        var json = "{\"a\":" + new string('[', 100_000) + new string(']', 100_000) + "}";

        Assert.False(Event.TryFromJson(Encoding.UTF8.GetBytes(json), Now, out _, out var error));
        Assert.Contains("nested", error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryFromJson_DuplicateNames_LastWins()
    {
        Assert.Equal(
            """{"a":3,"@timestamp":"2024-05-01T12:00:00.000Z"}""", Write(Read("""{"a":1,"a":2,"\u0061":3}""")));
    }

    [Fact]
    public void TryFromJson_ThousandsOfNames_AreFound()
    {
        var json = "{" + string.Join(",", Enumerable.Range(0, 5000).Select(i => $"\"k{i}\":{i}")) + "}";
        var source = Read(json);

        Assert.Equal(4321, source.Get(FieldReference.Parse("k4321")).Integer);
        source.Remove(FieldReference.Parse("k4321"));
        Assert.False(source.Contains(FieldReference.Parse("k4321")));
        Assert.Equal(4999, source.Get(FieldReference.Parse("k4999")).Integer);
    }

    [Fact]
    public void TryFromJson_BadTimestamp_IsTaggedAndKept()
    {
        var source = Read("""{"@timestamp":"yesterday"}""");

        Assert.Equal(Now, source.Timestamp);
        Assert.Equal("yesterday", source.Get(FieldReference.Parse("_@timestamp")).AsString());
        Assert.True(source.HasTag("_timestampparsefailure"));
    }

    [Fact]
    public void TryFromJson_BadTags_AreTaggedAndKept()
    {
        var source = Read("""{"tags":{"a":1}}""");

        Assert.True(source.HasTag("_tagsparsefailure"));
        Assert.Equal(1, source.Get(FieldReference.Parse("[_tags][a]")).Integer);
    }

    [Fact]
    public void Set_BelowAText_Throws()
    {
        var source = Read("""{"a":"text"}""");

        Assert.Throws<EventFieldException>(() => source.Set(FieldReference.Parse("[a][b]"), EventValue.Of(1L)));
    }

    [Fact]
    public void Set_PastTheEndOfAList_PadsWithNulls()
    {
        var source = Read("""{"a":[1]}""");

        source.Set(FieldReference.Parse("[a][3]"), EventValue.Of(4L));

        Assert.Equal("[1,null,null,4]", source.Get(FieldReference.Parse("a")).ToText());
    }

    [Fact]
    public void Clone_ThenChanged_LeavesTheOriginal()
    {
        var source = Read("""{"@timestamp":"2024-05-01T12:00:00.000Z","o":{"x":[1]}}""");
        var before = Write(source);
        var copy = source.Clone();

        copy.Set(FieldReference.Parse("[o][x][0]"), EventValue.Of(2L));

        Assert.Equal(before, Write(source));
        Assert.Equal(2, copy.Get(FieldReference.Parse("[o][x][-1]")).Integer);
    }

    [Theory]
    [InlineData("a[b]")]
    [InlineData("[a]b")]
    [InlineData("[a")]
    [InlineData("[]")]
    [InlineData("")]
    public void FieldReference_Malformed_IsRefused(string text)
    {
        Assert.Throws<FieldReferenceException>(() => FieldReference.Parse(text));
    }

    [Theory]
    [InlineData("2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z")]
    [InlineData("2024-02-29T23:59:59.1Z", "2024-02-29T23:59:59.100Z")]
    [InlineData("2024-02-29T23:59:59.123456+02:00", "2024-02-29T21:59:59.123456Z")]
    [InlineData("2024-02-29T23:59:59.123456789Z", "2024-02-29T23:59:59.123456789Z")]
    public void EventTimestamp_Text_RoundTrips(string text, string expected)
    {
        Assert.Equal(expected, EventTimestamp.Parse(text).ToString());
    }

    [Theory]
    [InlineData(3.0, "3.0")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(1e20, "1.0e+20")]
    [InlineData(1.5e-7, "1.5e-07")]
    [InlineData(1e16, "1.0e+16")]
    [InlineData(123456789012345.0, "123456789012345.0")]
    public void EventValue_Float_PrintsAsRuby(double value, string expected)
    {
        Assert.Equal(expected, EventValue.Of(value).ToText());
    }

    [Fact]
    public void TryFromJson_RandomBytes_NeverThrows()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var template = """
            {"@timestamp":"2024-05-01T12:00:00.123Z","message":"a\u00e9\n","tags":["x"],"o":{"l":[1,2.5e3,null,true]}}
            """u8.ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var json = template.ToArray();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                json[random.Next(json.Length)] = (byte)random.Next(256);
            }
            if (Event.TryFromJson(json, Now, out var source, out _))
            {
                source.Set(FieldReference.Parse("added"), EventValue.Of(1L));
                var again = Read(Write(source));
                Assert.True(
                    again.ToValue().Equals(source.ToValue()),
                        $"seed {seed}, round {i}: {Encoding.UTF8.GetString(json)}");
            }
        }
    }

    private static Event Read(string json) => Event.FromJson(Encoding.UTF8.GetBytes(json), Now);

    private static string Write(Event source)
    {
        var buffer = new ArrayBufferWriter<byte>();
        source.WriteJson(buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

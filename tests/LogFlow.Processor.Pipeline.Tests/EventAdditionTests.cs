using System.Buffers;
using System.Text;

namespace LogFlow.Processor.Pipeline.Tests;

/// <summary>Fields that are written with an event and are not part of it.</summary>
public sealed class EventAdditionTests
{
    private static readonly FieldReference Ingested = FieldReference.Parse("[event][ingested]");
    private static readonly FieldReference Dataset = FieldReference.Parse("[data_stream][dataset]");
    private static readonly FieldReference Namespace = FieldReference.Parse("[data_stream][namespace]");

    [Theory]
    [InlineData("{}", """{"event":{"ingested":"i"},"data_stream":{"dataset":"d","namespace":"n"}}""")]
    [InlineData("""{"a":1, "b" : [2]}""",
        """{"a":1,"b":[2],"event":{"ingested":"i"},"data_stream":{"dataset":"d","namespace":"n"}}""")]
    [InlineData("""{"a":1,"event":{"kind":"k"},"b":2}""",
        """{"a":1,"event":{"kind":"k","ingested":"i"},"b":2,"data_stream":{"dataset":"d","namespace":"n"}}""")]
    [InlineData("""{"event":{"ingested":"old","kind":"k"}}""",
        """{"event":{"ingested":"i","kind":"k"},"data_stream":{"dataset":"d","namespace":"n"}}""")]
    [InlineData("""{"event":null,"data_stream":{}}""",
        """{"event":{"ingested":"i"},"data_stream":{"dataset":"d","namespace":"n"}}""")]
    [InlineData("""{"data_stream":{"type":"logs","namespace":"x","dataset":"y"},"event":{}}""",
        """{"data_stream":{"type":"logs","namespace":"n","dataset":"d"},"event":{"ingested":"i"}}""")]
    [InlineData("""{"event":"login","z":1}""",
        """{"event":"login","z":1,"data_stream":{"dataset":"d","namespace":"n"}}""")]
    public void Additions_OfAnEvent_AreWrittenAndTheEventStaysAsItIs(string json, string expected)
    {
        var item = Read(json);
        item.Timestamp = null;
        item.Remove(FieldReference.Parse("@timestamp"));
        var before = item.ToString();

        Assert.Equal(Compact(expected), Compact(Write(item)));
        Assert.Equal(before, item.ToString());
        Assert.Equal(Compact(expected), Compact(Write(item)));
    }

    [Fact]
    public void Addition_BelowSomethingElseThanAMap_IsAnError()
    {
        var error = Assert.Throws<EventFieldException>(() => Write(Read("""{"data_stream":"text"}""")));

        Assert.Contains("[data_stream][dataset]", error.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Additions_OfAnyEvent_AreWhatSettingThemWouldWrite(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var item = Read(RandomJson(random));
            if (random.Next(3) == 0)
            {
                item.Set(FieldReference.Parse("[event][added]"), EventValue.Of("x"));
            }

            var clone = item.Clone();
            clone.Set(Ingested, EventValue.Of("i"));
            clone.Set(Dataset, EventValue.Of("d"));
            clone.Set(Namespace, EventValue.Of("n"));
            var expected = Compact(clone.ToString());

            Assert.True(expected == Compact(Write(item)), $"seed {seed}, round {round}: {item}");
        }
    }

    private static string RandomJson(Random random)
    {
        var members = new List<string>();
        foreach (var name in (string[])["a", "event", "b", "data_stream", "c"])
        {
            if (random.Next(2) == 0)
            {
                continue;
            }

            var inner = string.Join(',', ((string[])["dataset", "kind", "namespace", "ingested"])
                .Where(_ => random.Next(2) == 0).Select(key => $"\"{key}\":{random.Next(9)}"));
            members.Add(name.Length == 1 ? $"\"{name}\": {random.Next(9)}" : $"\"{name}\":{{{inner}}}");
        }

        return $"{{{string.Join(random.Next(2) == 0 ? "," : " , ", members)}}}";
    }

    private static Event Read(string json) => Event.FromJson(
        Encoding.UTF8.GetBytes(json), EventTimestamp.FromMilliseconds(DateTimeOffset.UnixEpoch));

    private static string Write(Event item)
    {
        var output = new ArrayBufferWriter<byte>();
        item.WriteJson(output,
        [
            new EventAddition(Ingested, EventValue.Of("i"), isOptional: true),
            new EventAddition(Dataset, EventValue.Of("d")),
            new EventAddition(Namespace, EventValue.Of("n")),
        ]);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Compact(string json) => System.Text.Json.Nodes.JsonNode.Parse(json)!.ToJsonString();
}

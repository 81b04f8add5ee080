using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;

namespace LogFlow.Processor.Pipeline.Tests;

/// <summary>Events against a model (System.Text.Json's nodes) under random operations.</summary>
public sealed class EventModelTests
{
    private const int Seed = 20261124;

    private static readonly string[] Names =
        ["a", "b", "ab", "ba", "name", "nane", "é", "\"q\"", "back\\slash", "日本", "log", "path", "x y", "nbme"];

    private static readonly string[] Texts =
    [
        "", "plain", "with \"quotes\" and \\", "tab\tand\u0001", "ümlaut", "a longer text of more than sixteen",
        "\u007f~ 日本",
    ];

    /// <summary>As a pipeline has them: made once, used for every event, whatever its layout.</summary>
    private static readonly FieldReference[] Paths = [.. AllPaths()];

    [Fact]
    public void Event_UnderRandomOperations_IsWhatTheModelIs()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 4000; round++)
        {
            var model = RandomObject(random, 2);
            var blank = random.Next(3) == 0 ? " " : "";
            var item = Event.FromJson(Encoding.UTF8.GetBytes(Print(model, blank, random, isTop: true)), default);
            item.Remove(FieldReference.Timestamp);
            for (var step = random.Next(25); step > 0; step--)
            {
                Change(item, model, random);
                if (random.Next(8) == 0)
                {
                    item = item.Clone();
                }
            }

            var output = new ArrayBufferWriter<byte>();
            item.WriteJson(output);
            var written = JsonNode.Parse(output.WrittenSpan);
            Assert.True(
                JsonNode.DeepEquals(model, written),
                $"seed {Seed}, round {round}\n{model.ToJsonString()}\n{written!.ToJsonString()}");
        }
    }

    private static IEnumerable<FieldReference> AllPaths()
    {
        foreach (var first in Names)
        {
            yield return FieldReference.Parse($"[{first}]");
            foreach (var second in Names)
            {
                yield return FieldReference.Parse($"[{first}][{second}]");
            }
        }
    }

    private static void Change(Event item, JsonObject model, Random random)
    {
        var path = Paths[random.Next(Paths.Length)];
        var parent = model;
        if (path.Depth == 2)
        {
            if (model[path.FirstName] is { } existing and not JsonObject)
            {
                Assert.True(item.Get(path).IsMissing);
                Assert.Throws<EventFieldException>(() => item.Set(path, EventValue.Of("x")));
                return;
            }

            parent = model[path.FirstName] as JsonObject;
        }

        var name = path.LastName;
        var text = Texts[random.Next(Texts.Length)];
        switch (random.Next(4))
        {
            case 0:
                item.Set(path, EventValue.Of(text));
                Child(model, path, parent)[name] = text;
                break;
            case 1:
                var isAdded = parent?[name] is null;
                Assert.Equal(isAdded, item.TryAdd(path, EventValue.Of(text), out _));
                if (isAdded)
                {
                    Child(model, path, parent)[name] = text;
                }

                break;
            case 2:
                item.Remove(path);
                parent?.Remove(name);
                break;
            default:
                Assert.Equal(parent?.ContainsKey(name) ?? false, item.Contains(path));
                Assert.Equal(
                    parent?[name] is JsonValue value ? value.GetValue<string>() : null,
                    item.Get(path) is { IsString: true } found ? found.AsString() : null);
                break;
        }
    }

    private static JsonObject Child(JsonObject model, FieldReference path, JsonObject? parent)
    {
        if (parent is null)
        {
            parent = [];
            model[path.FirstName] = parent;
        }

        return parent;
    }

    private static JsonObject RandomObject(Random random, int depth)
    {
        var result = new JsonObject();
        for (var count = random.Next(60) == 0 ? Names.Length : random.Next(8); count > 0; count--)
        {
            result[Names[random.Next(Names.Length)]] = random.Next(4) == 0 && depth > 1
                ? RandomObject(random, depth - 1)
                : random.Next(6) == 0 ? null : Texts[random.Next(Texts.Length)];
        }

        return result;
    }

    /// <summary>
    /// As JSON with blanks, escapes and members that a later one of the same name replaces (at the top only: an inner
    /// object that nobody reads is passed on as it came).
    /// </summary>
    private static string Print(JsonObject model, string blank, Random random, bool isTop = false)
    {
        var members = new List<string>();
        foreach (var (name, value) in model)
        {
            var key = random.Next(4) == 0
                ? '"' + string.Concat(name.Select(c => $"\\u{(int)c:x4}")) + '"'
                : JsonValue.Create(name).ToJsonString();
            if (isTop && random.Next(10) == 0)
            {
                members.Add($"{key}{blank}:{blank}\"replaced\"");
            }

            var text = value is JsonObject child ? Print(child, blank, random) : value?.ToJsonString() ?? "null";
            members.Add($"{key}{blank}:{blank}{text}");
        }

        return "{" + blank + string.Join(blank + "," + blank, members) + blank + "}";
    }
}

using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LogFlow.Processor.Pipeline;

/// <summary>Reads a YAML text as values, event by event: of a key that stands twice the last value counts.</summary>
internal static class YamlValues
{
    private const int DepthMax = 100;

    /// <summary>The text's value; missing: it is empty.</summary>
    /// <exception cref="YamlException">It is not valid YAML, or has anchors.</exception>
    public static EventValue Read(TextReader text)
    {
        var parser = new Parser(text);
        parser.Consume<StreamStart>();
        return parser.TryConsume<DocumentStart>(out _) ? Read(parser, 0) : EventValue.Missing;
    }

    private static EventValue Read(Parser parser, int depth)
    {
        var mark = parser.Current!.Start;
        if (depth > DepthMax)
        {
            throw new YamlException(mark, mark, $"values are nested more than {DepthMax} deep");
        }
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return EventValue.Of(scalar.Value);
        }
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var list = new EventList();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                list.Add(Read(parser, depth + 1));
            }
            return EventValue.Of(list);
        }
        if (!parser.TryConsume<MappingStart>(out _))
        {
            throw new YamlException(mark, mark, "an alias cannot stand in a dictionary");
        }
        var map = new EventMap();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            map[parser.Consume<Scalar>().Value] = Read(parser, depth + 1);
        }
        return EventValue.Of(map);
    }
}

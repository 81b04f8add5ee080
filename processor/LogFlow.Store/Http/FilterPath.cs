using System.Text.Json;

namespace LogFlow.Store;

/// <summary>
/// The parameter <c>filter_path</c>: the parts of an answer that are wanted, as Elasticsearch has it.
/// <c>a.b,items.*.status,hits.hits._source.x*,-took</c>: <c>*</c> matches within a name, <c>**</c> any names, a minus
/// takes away, arrays are walked through. An object of which nothing is left is left out, too.
/// </summary>
internal sealed class FilterPath
{
    private readonly List<string[]> _includes = [];
    private readonly List<string[]> _excludes = [];

    public FilterPath(string text)
    {
        foreach (var path in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (path[0] == '-')
            {
                _excludes.Add(path[1..].Split('.'));
            }
            else
            {
                _includes.Add(path.Split('.'));
            }
        }
    }

    public bool IsEmpty => _includes.Count + _excludes.Count == 0;

    /// <summary>The wanted parts of an answer, which is an object.</summary>
    public ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> json, bool isPretty)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(output, isPretty ? HttpAnswer.Pretty : HttpAnswer.Plain);
        var run = new Run(writer);
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = 1024 });
        reader.Read();
        var includes = _includes.Select(path => (path, 0)).ToList();
        run.Value(ref reader, null, new State(_includes.Count == 0, includes, _excludes.Select(p => (p, 0)).ToList()));
        if (!run.HasWritten)
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
        }

        writer.Flush();
        return output.WrittenMemory;
    }

    /// <summary>How far each path has matched on the way to a value.</summary>
    private readonly record struct State(
        bool IsIncluded, List<(string[] Path, int At)> Includes, List<(string[] Path, int At)> Excludes)
    {
        /// <summary>The state below a property; null: nothing of it is wanted.</summary>
        public State? Below(string name)
        {
            var (excludes, isExcluded) = Step(Excludes, name);
            var (includes, isIncluded) = Step(Includes, name);
            return isExcluded || !(IsIncluded || isIncluded || includes.Count > 0)
                ? null
                : new State(IsIncluded || isIncluded, includes, excludes);
        }

        private static (List<(string[] Path, int At)> Next, bool IsDone) Step(
            List<(string[] Path, int At)> paths, string name)
        {
            var next = new List<(string[] Path, int At)>();
            var isDone = false;
            foreach (var (path, at) in paths)
            {
                isDone |= Step(path, at, name, next);
            }

            return (next, isDone);
        }

        private static bool Step(string[] path, int at, string name, List<(string[] Path, int At)> next)
        {
            var isDone = false;
            if (path[at] == "**")
            {
                next.Add((path, at));
                isDone = at + 1 == path.Length || Step(path, at + 1, name, next);
            }
            else if (SimplePattern.Matches(path[at], name))
            {
                isDone = at + 1 == path.Length;
                if (!isDone)
                {
                    next.Add((path, at + 1));
                }
            }

            return isDone;
        }
    }

    /// <summary>Opens objects and arrays only when the first value inside is written.</summary>
    private sealed class Run(Utf8JsonWriter writer)
    {
        private readonly List<(string? Name, bool IsArray)> _pending = [];

        public bool HasWritten { get; private set; }

        public void Value(ref Utf8JsonReader reader, string? name, State state)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    Inside(ref reader, name, state);
                    return;
                default:
                    if (state.IsIncluded)
                    {
                        Open(name);
                        Copy(ref reader);
                    }

                    return;
            }
        }

        private void Inside(ref Utf8JsonReader reader, string? name, State state)
        {
            var isArray = reader.TokenType == JsonTokenType.StartArray;
            var depth = _pending.Count;
            _pending.Add((name, isArray));
            var isEmpty = true;
            while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
            {
                isEmpty = false;
                if (isArray)
                {
                    Value(ref reader, null, state);
                    continue;
                }

                var property = reader.GetString()!;
                reader.Read();
                if (state.Below(property) is { } below)
                {
                    Value(ref reader, property, below);
                }
                else
                {
                    reader.Skip();
                }
            }

            if (isEmpty && state.IsIncluded)
            {
                OpenPending();
            }

            if (_pending.Count > depth)
            {
                _pending.RemoveAt(depth);
                return;
            }

            if (isArray)
            {
                writer.WriteEndArray();
            }
            else
            {
                writer.WriteEndObject();
            }
        }

        private void Open(string? name)
        {
            OpenPending();
            if (name is not null)
            {
                writer.WritePropertyName(name);
            }
        }

        private void OpenPending()
        {
            HasWritten = true;
            foreach (var (name, isArray) in _pending)
            {
                if (name is not null)
                {
                    writer.WritePropertyName(name);
                }

                if (isArray)
                {
                    writer.WriteStartArray();
                }
                else
                {
                    writer.WriteStartObject();
                }
            }

            _pending.Clear();
        }

        private void Copy(ref Utf8JsonReader reader)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                writer.WriteStringValue(reader.GetString());
            }
            else
            {
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
            }
        }
    }
}

using System.Globalization;

namespace LogFlow.Kafka.Protocol.Generator;

/// <summary>
/// Reads a <c>.kafka</c> file: messages as tables of fields, indentation (two spaces a level) showing what belongs to
/// which struct.
/// <code>
/// request Produce key 0 versions 3-13 flexible 9+
///   Acks         int16                0+
///   TopicData    []TopicProduceData   0+                  # its fields follow, one level deeper
///     Name       string               0-12
///   Rack         string               4+    nullable 4+   tag 0 4+   default null
///
///   struct Shared                                         # fields used in several places
///     Id         int32                0+
/// </code>
/// A header is <c>request|response|data NAME [key N] versions RANGE flexible RANGE|none</c>.
/// A field is <c>NAME TYPE RANGE [nullable RANGE] [tag NUMBER RANGE] [default VALUE]</c>.
/// </summary>
internal sealed class TableParser
{
    private const int IndentWidth = 2;

    private static readonly char[] Blanks = { ' ', '\t' };

    private readonly TableFile _file;

    // Open structs by depth: _scopes[0] holds the fields of depth 1. Null where a field takes no children.
    private readonly List<StructTable?> _scopes = new();
    private MessageTable? _message;

    private TableParser(string path)
    {
        _file = new TableFile(path);
    }

    public static TableFile Parse(string path, string text)
    {
        var parser = new TableParser(path);
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            parser.ParseLine(lines[i], i);
        }

        foreach (var message in parser._file.Messages)
        {
            TableChecker.Check(message, parser._file.Problems);
        }

        TableChecker.CheckPairs(parser._file);
        return parser._file;
    }

    private void ParseLine(string line, int number)
    {
        var comment = line.IndexOf('#');
        var content = (comment < 0 ? line : line.Substring(0, comment)).TrimEnd();
        if (content.Length == 0)
        {
            return;
        }

        var indent = content.Length - content.TrimStart(' ').Length;
        if (indent % IndentWidth != 0 || content[indent] == '\t')
        {
            Report(number, "indent with two spaces a level");
            return;
        }

        var words = content.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
        var depth = indent / IndentWidth;
        if (depth == 0)
        {
            ParseHeader(words, number);
        }
        else if (_message == null)
        {
            Report(number, "a field stands before the first message header");
        }
        else if (depth > _scopes.Count || _scopes[depth - 1] == null)
        {
            Report(number, "only a field whose type is a struct can have fields of its own");
        }
        else
        {
            _scopes.RemoveRange(depth, _scopes.Count - depth);
            ParseMember(words, depth, number);
        }
    }

    private void ParseHeader(string[] words, int line)
    {
        _message = null;
        _scopes.Clear();
        if (words.Length < 2 || !TryParseKind(words[0], out var kind))
        {
            Report(line, "expected: request|response|data NAME [key N] versions RANGE flexible RANGE|none");
            return;
        }

        var message = new MessageTable(kind, words[1], line);
        for (var i = 2; i < words.Length; i += 2)
        {
            var value = i + 1 < words.Length ? words[i + 1] : "";
            if (!TryApplyHeaderOption(message, words[i], value))
            {
                Report(line, $"'{words[i]} {value}' is not a valid part of a message header");
            }
        }

        _message = message;
        _scopes.Add(message.Root);
        _file.Messages.Add(message);
    }

    private static bool TryParseKind(string word, out MessageKind kind)
    {
        kind = word switch
        {
            "request" => MessageKind.Request,
            "response" => MessageKind.Response,
            _ => MessageKind.Data,
        };
        return kind != MessageKind.Data || word == "data";
    }

    private static bool TryApplyHeaderOption(MessageTable message, string option, string value)
    {
        switch (option)
        {
            case "key":
                var isNumber = short.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var key);
                message.Key = key;
                return isNumber;
            case "versions":
                var isRange = VersionRange.TryParse(value, out var versions);
                message.Versions = versions;
                return isRange && versions.Max < short.MaxValue;
            case "flexible":
                VersionRange flexible = default;
                var isValid = value == "none" || VersionRange.TryParse(value, out flexible);
                message.Flexible = flexible;
                return isValid;
            default:
                return false;
        }
    }

    private void ParseMember(string[] words, int depth, int line)
    {
        if (words[0] == "struct")
        {
            if (depth != 1 || words.Length != 2)
            {
                Report(line, "expected at the first level: struct NAME");
                return;
            }

            OpenStruct(words[1], line);
            return;
        }

        var field = ParseField(words, line);
        if (field == null)
        {
            _scopes.Add(null);
            return;
        }

        _scopes[depth - 1]!.Fields.Add(field);
        if (field.StructName != null && IsFirstUse(field.StructName))
        {
            OpenStruct(field.StructName, line);
        }
        else
        {
            _scopes.Add(null);
        }
    }

    // A struct is declared where it is named first; a later use only refers to it.
    private bool IsFirstUse(string structName) => _message!.FindStruct(structName) == null;

    private void OpenStruct(string name, int line)
    {
        var known = _message!.FindStruct(name);
        if (known is { Fields.Count: > 0 })
        {
            Report(line, $"struct {name} is declared twice");
        }

        var opened = known ?? new StructTable(name, line);
        if (known == null)
        {
            _message.Structs.Add(opened);
        }

        _scopes.Add(opened);
    }

    private FieldTable? ParseField(string[] words, int line)
    {
        if (words.Length < 3 || !VersionRange.TryParse(words[2], out var versions))
        {
            Report(line, "expected: NAME TYPE RANGE [nullable RANGE] [tag NUMBER RANGE] [default VALUE]");
            return null;
        }

        var isArray = words[1].StartsWith("[]", StringComparison.Ordinal);
        var typeName = isArray ? words[1].Substring(2) : words[1];
        if (!TryParseType(typeName, out var type))
        {
            Report(line, $"'{typeName}' is no type");
            return null;
        }

        var structName = type == WireType.Struct ? typeName : null;
        var field = new FieldTable(
            words[0], type, isArray, structName, versions.Intersect(_message!.Versions), line);
        return ParseOptions(field, words, line) ? field : null;
    }

    private bool ParseOptions(FieldTable field, string[] words, int line)
    {
        for (var i = 3; i < words.Length;)
        {
            var left = words.Length - i;
            switch (words[i])
            {
                case "nullable" when left > 1 && VersionRange.TryParse(words[i + 1], out var nullable):
                    field.Nullable = nullable.Intersect(field.Versions);
                    i += 2;
                    break;
                case "tag" when left > 2
                    && int.TryParse(words[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var tag)
                    && VersionRange.TryParse(words[i + 2], out var tagged):
                    field.Tag = tag;
                    if (!tagged.Covers(field.Versions))
                    {
                        Report(line, $"{field.Name} must be tagged in all of its versions or in none");
                    }

                    i += 3;
                    break;
                case "default" when left > 1:
                    field.Default = words[i + 1];
                    i += 2;
                    break;
                default:
                    Report(line, $"'{words[i]}' is not a valid option of a field");
                    return false;
            }
        }

        return true;
    }

    private static bool TryParseType(string name, out WireType type)
    {
        type = name switch
        {
            "int8" => WireType.Int8,
            "int16" => WireType.Int16,
            "int32" => WireType.Int32,
            "int64" => WireType.Int64,
            "uint16" => WireType.UInt16,
            "bool" => WireType.Bool,
            "float64" => WireType.Float64,
            "uuid" => WireType.Uuid,
            "error" => WireType.Error,
            "string" => WireType.String,
            "bytes" => WireType.Bytes,
            "records" => WireType.Records,
            _ => WireType.Struct,
        };
        return type != WireType.Struct || (name.Length > 0 && char.IsUpper(name[0]));
    }

    private void Report(int line, string text) => _file.Problems.Add(new TableProblem(line, text));
}

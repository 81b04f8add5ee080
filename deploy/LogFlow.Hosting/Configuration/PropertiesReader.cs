using System.Globalization;
using System.Text;

namespace LogFlow.Hosting;

/// <summary>
/// Reads a <c>.properties</c> file, as Kafka's server.properties is one: <c>key=value</c>, <c>key: value</c> or
/// <c>key value</c>, comments with <c>#</c> or <c>!</c>, a line that ends in a backslash goes on in the next. Values
/// are text; where a list is wanted, commas part its elements.
/// </summary>
internal sealed class PropertiesReader
{
    public const string Extension = ".properties";

    private readonly string _source;
    private readonly string[] _lines;
    private readonly VariableExpander _variables;
    private readonly List<ConfigError> _errors = [];
    private readonly ConfigNode _root;
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    private PropertiesReader(string source, string text, VariableExpander variables)
    {
        _source = source;
        _lines = text.Split('\n');
        _variables = variables;
        _root = new ConfigNode(new ConfigLocation(source, 1, 1, null));
    }

    /// <summary>Reads a file's text.</summary>
    /// <exception cref="ConfigException">A line that is no property, a key given twice, an unset variable.</exception>
    public static ConfigNode Read(string source, string text, VariableExpander variables)
    {
        var reader = new PropertiesReader(source, text, variables);
        for (var line = 0; line < reader._lines.Length; line++)
        {
            reader.ReadProperty(ref line);
        }

        return reader._errors.Count == 0 ? reader._root : throw new ConfigException(reader._errors);
    }

    private void ReadProperty(ref int line)
    {
        var place = new ConfigLocation(_source, line + 1, 1, _lines[line].TrimEnd('\r'));
        var text = _lines[line].Trim();
        if (text.Length == 0 || text[0] is '#' or '!')
        {
            return;
        }

        while (GoesOn(text) && line + 1 < _lines.Length)
        {
            text = text[..^1] + _lines[++line].Trim();
        }

        var end = EndOfKey(text);
        var key = Unescape(text[..end], place);
        if (key.Length == 0)
        {
            _errors.Add(new ConfigError(place, "a property is written key=value"));
            return;
        }

        if (!_keys.Add(key))
        {
            _errors.Add(new ConfigError(place, $"key '{key}' is given twice"));
            return;
        }

        var rest = text[end..].TrimStart();
        var value = Unescape(rest.StartsWith('=') || rest.StartsWith(':') ? rest[1..].TrimStart() : rest, place);
        var node = _root.GetOrAdd(key, place);
        node.Location = place;
        node.IsWritten = true;
        node.HasValue = true;
        node.IsCommaList = true;
        node.Value = _variables.Expand(value, out var problem);
        if (problem is not null)
        {
            _errors.Add(new ConfigError(place, problem));
        }
    }

    /// <summary>An odd number of backslashes at the end; an even one is text.</summary>
    private static bool GoesOn(string text) => (text.Length - text.TrimEnd('\\').Length) % 2 == 1;

    private static int EndOfKey(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] is '=' or ':' or ' ' or '\t' or '\f')
            {
                return i;
            }
        }

        return text.Length;
    }

    private string Unescape(string text, ConfigLocation place)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            var escaped = text[++i];
            if (escaped == 'u' && TryReadHex(text, i + 1, out var code))
            {
                result.Append(code);
                i += 4;
                continue;
            }

            if (escaped == 'u')
            {
                _errors.Add(new ConfigError(place, "\\u is followed by four hexadecimal digits"));
            }

            result.Append(escaped switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'f' => '\f', _ => escaped });
        }

        return result.ToString();
    }

    private static bool TryReadHex(string text, int start, out char code)
    {
        code = default;
        if (start + 4 <= text.Length
            && ushort.TryParse(
                text.AsSpan(start, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            code = (char)value;
            return true;
        }

        return false;
    }
}

using System.Text;

namespace LogFlow.Bulk;

/// <summary>
/// The rules for index and data stream names.
/// https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-create
/// https://www.elastic.co/docs/reference/ecs/ecs-data_stream
/// </summary>
public static class IndexName
{
    private const int IndexBytesMax = 255;
    private const int PartBytesMax = 100;
    private const string Forbidden = "\\/*?\"<>| ,#:";

    /// <summary>What is wrong with an index name, in words; null: it is valid.</summary>
    public static string? GetProblem(string name)
    {
        if (name.Length == 0)
        {
            return "it is empty";
        }

        if (name is "." or "..")
        {
            return "it may not be . or ..";
        }

        if (name[0] is '-' or '_' or '+')
        {
            return $"it may not start with '{name[0]}'";
        }

        if (Encoding.UTF8.GetByteCount(name) > IndexBytesMax)
        {
            return $"it is longer than {IndexBytesMax} bytes";
        }

        return GetCharacterProblem(name);
    }

    /// <summary>
    /// What is wrong with the type, dataset or namespace of a data stream, in words; null: it is valid.
    /// </summary>
    /// <param name="part">The value.</param>
    /// <param name="allowHyphen">The namespace is the last part and may hold a hyphen.</param>
    public static string? GetPartProblem(string part, bool allowHyphen = false)
    {
        if (part.Length == 0)
        {
            return "it is empty";
        }

        if (Encoding.UTF8.GetByteCount(part) > PartBytesMax)
        {
            return $"it is longer than {PartBytesMax} bytes";
        }

        return !allowHyphen && part.Contains('-') ? "it may not contain '-'" : GetCharacterProblem(part);
    }

    /// <summary>
    /// Makes a valid dataset or namespace of a value from an event, as Elastic Agent does: lower case, each forbidden
    /// character and each hyphen becomes an underscore, cut at 100 bytes.
    /// </summary>
    public static string SanitizePart(string part)
    {
        if (GetPartProblem(part) is null)
        {
            return part;
        }

        var result = new StringBuilder(part.Length);
        var bytes = 0;
        foreach (var rune in part.EnumerateRunes())
        {
            var mapped = Rune.ToLowerInvariant(rune);
            if (mapped.Value == '-' || Rune.IsControl(mapped)
                || (mapped.IsAscii && Forbidden.Contains((char)mapped.Value)))
            {
                mapped = new Rune('_');
            }

            bytes += mapped.Utf8SequenceLength;
            if (bytes > PartBytesMax)
            {
                break;
            }

            result.Append(mapped.ToString());
        }

        return result.ToString();
    }

    private static string? GetCharacterProblem(string name)
    {
        foreach (var character in name)
        {
            if (char.IsUpper(character))
            {
                return $"it must be lower case (found '{character}')";
            }

            if (Forbidden.Contains(character) || char.IsControl(character))
            {
                return character == ' ' ? "it may not contain a blank" : $"it may not contain '{character}'";
            }
        }

        return null;
    }
}

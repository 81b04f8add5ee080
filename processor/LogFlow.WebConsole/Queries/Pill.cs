using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>A condition beside the text of the query: one field and one value, wanted or not.</summary>
/// <param name="Field">The field.</param>
/// <param name="Value">The value; <c>*</c>: any.</param>
/// <param name="IsExcluded">Whether it must not be so.</param>
internal sealed record Pill(string Field, string Value, bool IsExcluded)
{
    /// <summary>Reads <c>field:value</c> or <c>-field:value</c>; null: switched off, or nothing.</summary>
    public static Pill? Parse(string text)
    {
        if (text is "" or ['~', ..])
        {
            return null;
        }

        var isExcluded = text[0] == '-';
        var rest = isExcluded ? text[1..] : text;
        var colon = rest.IndexOf(':');
        return colon <= 0 ? null : new Pill(rest[..colon], rest[(colon + 1)..], isExcluded);
    }

    /// <summary>The condition that is wanted, or not wanted.</summary>
    public JsonObject ToQuery() => Value == "*" ? Es.Exists(Field) : Es.Is(Field, Value);

    /// <summary>As the page writes it.</summary>
    public override string ToString() => $"{(IsExcluded ? "-" : "")}{Field}:{Value}";
}

namespace LogFlow.Store;

/// <summary>Elasticsearch's rules for index names, and for patterns of them.</summary>
internal static class IndexNames
{
    private const int LengthMax = 255;

    /// <summary>Why the name cannot be an index's, or null.</summary>
    public static string? Validate(string name)
    {
        if (name.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(name) > LengthMax)
        {
            return $"Invalid index name [{name}], must be 1 to {LengthMax} bytes long";
        }

        if (name[0] is '_' or '-' or '+' || name is "." or "..")
        {
            return $"Invalid index name [{name}], must not start with '_', '-', or '+'";
        }

        foreach (var c in name)
        {
            if (char.IsUpper(c))
            {
                return $"Invalid index name [{name}], must be lowercase";
            }

            if (c is '\\' or '/' or '*' or '?' or '"' or '<' or '>' or '|' or ' ' or ',' or '#' or ':' || c < ' ')
            {
                return $"Invalid index name [{name}], must not contain the following characters "
                    + "['\\\\','/','*','?','\"','<','>','|',' ',',','#',':']";
            }
        }

        return null;
    }
}

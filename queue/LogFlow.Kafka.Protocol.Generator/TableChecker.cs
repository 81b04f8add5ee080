using System.Globalization;

namespace LogFlow.Kafka.Protocol.Generator;

/// <summary>What a table must satisfy beyond its grammar, so that the generated code compiles and cannot lie.</summary>
internal static class TableChecker
{
    public static void Check(MessageTable message, List<TableProblem> problems)
    {
        if (message.Versions.IsEmpty)
        {
            problems.Add(new TableProblem(message.Root.Line, $"{message.ClassName} has no versions"));
        }

        if (message.Kind == MessageKind.Data ? message.Key >= 0 : message.Key < 0)
        {
            problems.Add(new TableProblem(message.Root.Line, "requests and responses have a key, data have none"));
        }

        CheckStruct(message, message.Root, problems);
        foreach (var declared in message.Structs)
        {
            CheckStruct(message, declared, problems);
            if (declared.Fields.Count == 0)
            {
                problems.Add(new TableProblem(declared.Line, $"struct {declared.Name} has no fields"));
            }
        }
    }

    /// <summary>A file holds a request and its response, or data; both of a pair have one key and one range.</summary>
    public static void CheckPairs(TableFile file)
    {
        foreach (var message in file.Messages)
        {
            if (message.Kind == MessageKind.Data)
            {
                continue;
            }

            var other = file.Messages.Find(x => x.Name == message.Name && x.Kind != message.Kind);
            if (other == null)
            {
                file.Problems.Add(new TableProblem(
                    message.Root.Line, $"{message.ClassName} lacks its request or response in this file"));
            }
            else if (other.Key != message.Key || other.Versions.ToString() != message.Versions.ToString()
                || other.Flexible.ToString() != message.Flexible.ToString())
            {
                file.Problems.Add(new TableProblem(
                    message.Root.Line, $"request and response {message.Name} differ in key, versions or flexible"));
            }
        }
    }

    private static void CheckStruct(MessageTable message, StructTable owner, List<TableProblem> problems)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var tags = new HashSet<int>();
        foreach (var field in owner.Fields)
        {
            void Report(string text) => problems.Add(new TableProblem(field.Line, $"{field.Name}: {text}"));

            if (!names.Add(field.Name))
            {
                Report("declared twice");
            }

            if (field.Versions.IsEmpty)
            {
                Report("exists in none of the message's versions");
            }

            if (!char.IsUpper(field.Name[0]))
            {
                Report("names of fields start with a capital letter");
            }

            // C# allows no member named as its class, nor a property named as a class nested beside it.
            if (field.Name == owner.Name || (owner == message.Root && message.FindStruct(field.Name) != null))
            {
                Report("has the name of a struct; give the struct another name");
            }

            CheckType(message, field, Report);
            CheckDefault(field, Report);
            if (field.IsTagged && !tags.Add(field.Tag))
            {
                Report($"tag {field.Tag} is used twice");
            }

            if (field.IsTagged && !message.Flexible.Covers(field.Versions))
            {
                Report("tagged in versions that have no tags");
            }
        }
    }

    private static void CheckType(MessageTable message, FieldTable field, Action<string> report)
    {
        if (field.StructName != null)
        {
            var type = message.FindStruct(field.StructName);
            if (type == null)
            {
                report($"struct {field.StructName} is not declared");
            }
            else if (field.IsLazyStruct)
            {
                type.NeedsIsDefault = true;
                if (type.Fields.Exists(inner => inner.Type == WireType.Struct))
                {
                    report("a tagged struct that holds structs is not supported");
                }
            }
        }

        var canBeNull = field.IsArray
            || field.Type is WireType.String or WireType.Bytes or WireType.Records or WireType.Struct;
        if (field.IsNullable && !canBeNull)
        {
            report("this type cannot be null");
        }
    }

    private static void CheckDefault(FieldTable field, Action<string> report)
    {
        if (field.Default == null)
        {
            return;
        }

        var isValid = field.Default == "null"
            ? field.IsNullable
            : !field.IsArray && IsValue(field.Type, field.Default);
        if (!isValid)
        {
            report($"'{field.Default}' is no default of this type");
        }
    }

    private static bool IsValue(WireType type, string text)
    {
        var isInteger = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
        return type switch
        {
            WireType.Int8 => isInteger && value is >= sbyte.MinValue and <= sbyte.MaxValue,
            WireType.Int16 or WireType.Error => isInteger && value is >= short.MinValue and <= short.MaxValue,
            WireType.UInt16 => isInteger && value is >= 0 and <= ushort.MaxValue,
            WireType.Int32 => isInteger && value is >= int.MinValue and <= int.MaxValue,
            WireType.Int64 => isInteger,
            WireType.Bool => text is "true" or "false",
            WireType.String => text.IndexOf('"') < 0 && text.IndexOf('\\') < 0,
            _ => false,
        };
    }
}

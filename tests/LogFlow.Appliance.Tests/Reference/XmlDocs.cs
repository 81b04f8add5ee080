using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace LogFlow.Appliance.Tests;

/// <summary>The summaries that the compiler wrote beside each assembly, as one line of Markdown.</summary>
internal sealed partial class XmlDocs
{
    private readonly Dictionary<string, XElement> _members = [];

    public XmlDocs()
    {
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory, "*.xml")
            .Where(file => Path.GetFileName(file).StartsWith("log", StringComparison.OrdinalIgnoreCase)))
        {
            foreach (var member in XDocument.Load(file).Descendants("member"))
            {
                _members[member.Attribute("name")!.Value] = member;
            }
        }
    }

    public string Summary(PropertyInfo property) => Summary($"P:{property.DeclaringType!.FullName}.{property.Name}");

    public string Summary(Type type) => Summary($"T:{type.FullName}");

    private string Summary(string name)
    {
        if (!_members.TryGetValue(name, out var member) || member.Element("summary") is not { } summary)
        {
            return "";
        }

        foreach (var reference in summary.Descendants().ToList())
        {
            var text = reference.Name.LocalName switch
            {
                "c" or "code" => $"`{reference.Value}`",
                "see" or "paramref" => LastName(reference),
                _ => reference.Value,
            };
            reference.ReplaceWith(new XText(text));
        }

        return Blanks().Replace(summary.Value, " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
    }

    private static string LastName(XElement reference)
    {
        var target = reference.Attributes().FirstOrDefault()?.Value ?? "";
        return target[(target.LastIndexOfAny(['.', ':']) + 1)..];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}

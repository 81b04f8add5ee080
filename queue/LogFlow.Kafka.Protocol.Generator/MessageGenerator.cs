using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace LogFlow.Kafka.Protocol.Generator;

/// <summary>
/// Turns the <c>.kafka</c> tables among a project's additional files into message classes, and into the list of APIs
/// behind <c>KafkaApis</c>. A table with a problem yields errors at its lines and no code.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class MessageGenerator : IIncrementalGenerator
{
    private static readonly DiagnosticDescriptor BadTable = new(
        id: "LFK001",
        title: "Bad message table",
        messageFormat: "{0}",
        category: "LogFlow.Kafka.Protocol",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // A file is parsed again only when its text changes; path and text are compared by value.
        var files = context.AdditionalTextsProvider
            .Where(file => file.Path.EndsWith(".kafka", StringComparison.Ordinal))
            .Select((file, cancel) => (file.Path, Text: file.GetText(cancel)?.ToString() ?? ""))
            .Select((file, _) => TableParser.Parse(file.Path, file.Text));

        context.RegisterSourceOutput(files, EmitFile);
        context.RegisterSourceOutput(files.Collect(), (output, all) =>
            output.AddSource(
                "KafkaApis.g.cs",
                SourceText.From(CatalogEmitter.Emit(all.SelectMany(file => file.Messages)), Encoding.UTF8)));
    }

    private static void EmitFile(SourceProductionContext output, TableFile file)
    {
        foreach (var problem in file.Problems)
        {
            var line = new LinePositionSpan(new LinePosition(problem.Line, 0), new LinePosition(problem.Line, 1));
            var location = Location.Create(file.Path, default, line);
            output.ReportDiagnostic(Diagnostic.Create(BadTable, location, problem.Text));
        }

        if (file.Problems.Count > 0)
        {
            return;
        }

        foreach (var message in file.Messages)
        {
            output.AddSource(
                $"{message.ClassName}.g.cs", SourceText.From(MessageEmitter.Emit(message), Encoding.UTF8));
        }
    }
}

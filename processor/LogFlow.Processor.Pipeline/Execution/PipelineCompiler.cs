namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Turns syntax trees into the steps of a <see cref="CompiledPipeline"/>. Collects every mistake before it gives up.
/// </summary>
internal sealed class PipelineCompiler
{
    private readonly PipelineOptions _options;
    private readonly List<PipelineDiagnostic> _diagnostics = [];
    private readonly SettingBinder _binder;
    private readonly ConditionCompiler _conditions;

    private readonly List<PluginNode> _inputs = [];
    private readonly List<PluginNode> _outputs = [];
    private readonly List<Filter> _filters = [];
    private readonly List<Instruction> _filterProgram = [];
    private readonly List<OutputInstruction> _outputProgram = [];

    public PipelineCompiler(PipelineOptions options, PluginRegistry registry)
    {
        _options = options;
        var expander = new TextExpander(options, _diagnostics);
        _binder = new SettingBinder(registry, expander, _diagnostics);
        _conditions = new ConditionCompiler(expander, _diagnostics);
    }

    public CompiledPipeline Compile(IEnumerable<PipelineSource> sources)
    {
        var trees = new List<PipelineSyntax>();
        foreach (var source in sources)
        {
            try
            {
                trees.Add(PipelineParser.Parse(source));
            }
            catch (PipelineSyntaxException e)
            {
                // The other files are still read, so that one run shows the mistakes of all.
                _diagnostics.AddRange(e.Diagnostics);
            }
        }
        foreach (var section in trees.SelectMany(tree => tree.Sections))
        {
            CompileSection(section);
        }
        if (_outputs.Count > OutputSet.OutputsMax)
        {
            Error(_outputs[OutputSet.OutputsMax].Span, $"more than {OutputSet.OutputsMax} outputs",
                "use several pipelines");
        }
        if (_diagnostics.Count > 0)
        {
            throw new PipelineSyntaxException(_diagnostics);
        }
        return new CompiledPipeline(_options, _inputs, _filters, _outputs, [.. _filterProgram], [.. _outputProgram]);
    }

    private void CompileSection(SectionSyntax section)
    {
        switch (section.Kind)
        {
            case PluginKind.Input:
                CompileInputs(section.Body);
                break;
            case PluginKind.Filter:
                CompileFilters(section.Body);
                break;
            default:
                CompileOutputs(section.Body);
                break;
        }
    }

    private void CompileInputs(IReadOnlyList<StatementSyntax> body)
    {
        foreach (var statement in body)
        {
            if (statement is not PluginSyntax syntax)
            {
                Error(statement.Span, "an input section has no conditions",
                    "test the event in the filter section, by a tag or field the input sets");
                continue;
            }
            if (Bind(PluginKind.Input, syntax) is { } node)
            {
                _inputs.Add(node);
            }
        }
    }

    private void CompileFilters(IReadOnlyList<StatementSyntax> body)
    {
        foreach (var statement in body)
        {
            if (statement is ConditionalSyntax conditional)
            {
                CompileFilterBranches(conditional);
            }
            else
            {
                CompileFilter((PluginSyntax)statement);
            }
        }
    }

    private void CompileFilter(PluginSyntax syntax)
    {
        var problems = _diagnostics.Count;
        if (_binder.Bind(PluginKind.Filter, syntax) is not { } node)
        {
            return;
        }
        CheckFiles(node);
        if (_diagnostics.Count > problems)
        {
            return;
        }
        var filter = node.Spec.CreateFilter!(new PluginContext(node, _options, _diagnostics));
        _filterProgram.Add(Instruction.Apply(filter, _filters.Count));
        _filters.Add(filter);
    }

    /// <summary>Before the filter is made, which reads them.</summary>
    private void CheckFiles(PluginNode node)
    {
        if (_options.MayRead is not { } mayRead)
        {
            return;
        }
        foreach (var setting in node.Spec.Settings.Values.Where(setting => setting.NamesFiles))
        {
            foreach (var path in node.Settings.ListValues(setting.Name).Where(path => !mayRead(path.Text!)))
            {
                Error(path.Span, $"'{path.Text}' is not read here",
                    "a text that is tried may use the files of the running pipeline and no others");
            }
        }
    }

    private void CompileFilterBranches(ConditionalSyntax conditional)
    {
        var exits = new List<int>();
        foreach (var branch in conditional.Branches)
        {
            var condition = branch.Condition is null ? null : _conditions.Compile(branch.Condition);
            var branchAt = _filterProgram.Count;
            if (condition is not null)
            {
                _filterProgram.Add(Instruction.Branch(condition, 0));
            }
            CompileFilters(branch.Body);
            exits.Add(_filterProgram.Count);
            _filterProgram.Add(Instruction.Jump(0));
            if (condition is not null)
            {
                _filterProgram[branchAt] = Instruction.Branch(condition, _filterProgram.Count);
            }
        }
        foreach (var exit in exits)
        {
            _filterProgram[exit] = Instruction.Jump(_filterProgram.Count);
        }
    }

    private void CompileOutputs(IReadOnlyList<StatementSyntax> body)
    {
        foreach (var statement in body)
        {
            if (statement is ConditionalSyntax conditional)
            {
                CompileOutputBranches(conditional);
            }
            else if (Bind(PluginKind.Output, (PluginSyntax)statement) is { } node)
            {
                _outputProgram.Add(new OutputInstruction(null, 0, _outputs.Count));
                _outputs.Add(node);
            }
        }
    }

    private void CompileOutputBranches(ConditionalSyntax conditional)
    {
        var exits = new List<int>();
        foreach (var branch in conditional.Branches)
        {
            var condition = branch.Condition is null ? null : _conditions.Compile(branch.Condition);
            var branchAt = _outputProgram.Count;
            if (condition is not null)
            {
                _outputProgram.Add(default);
            }
            CompileOutputs(branch.Body);
            exits.Add(_outputProgram.Count);
            _outputProgram.Add(default);
            if (condition is not null)
            {
                _outputProgram[branchAt] = new OutputInstruction(condition, _outputProgram.Count, -1);
            }
        }
        foreach (var exit in exits)
        {
            _outputProgram[exit] = new OutputInstruction(null, _outputProgram.Count, -1);
        }
    }

    private PluginNode? Bind(PluginKind kind, PluginSyntax syntax)
    {
        var problems = _diagnostics.Count;
        var node = _binder.Bind(kind, syntax);
        if (node is not null && _diagnostics.Count == problems)
        {
            node.Spec.Check?.Invoke(new PluginContext(node, _options, _diagnostics));
            // Made again where it is used; here its mistakes are found.
            if (node.Settings.Codec("codec") is { } codec)
            {
                codec.Spec.CreateCodec!(new PluginContext(codec, _options, _diagnostics));
            }
        }
        return node;
    }

    private void Error(SourceSpan span, string message, string? remedy) =>
        _diagnostics.Add(new PipelineDiagnostic(span, message, remedy));
}

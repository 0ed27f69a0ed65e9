"""What the known kinds of steps do, in plain words: one row per class, looked up by its bare name."""

from registry.outlining.steps import Step

SAYS: dict[str, str] = {
    # preparing numbers
    "StandardScaler": "Standardise each column by its mean and deviation in training",
    "MinMaxScaler": "Stretch each column to a fixed range",
    "MaxAbsScaler": "Divide each column by its largest absolute value",
    "RobustScaler": "Centre each column on its median and divide it by its middle spread",
    "QuantileTransformer": "Replace each value by its rank among the values of training",
    "PowerTransformer": "Bend each column towards a bell curve",
    "Normalizer": "Scale each row to length one",
    "Binarizer": "Turn each value into 0 or 1 at a threshold",
    "KBinsDiscretizer": "Cut each column into bins",
    "PolynomialFeatures": "Add products and powers of the columns",
    "SplineTransformer": "Describe each column by smooth curves",
    "FunctionTransformer": "Apply a function",
    "KernelCenterer": "Centre a kernel matrix",
    # preparing categories, gaps and text
    "OneHotEncoder": "Turn each category into a column of 0 and 1",
    "OrdinalEncoder": "Number the categories of each column",
    "LabelEncoder": "Number the classes",
    "LabelBinarizer": "Turn each class into a column of 0 and 1",
    "MultiLabelBinarizer": "Turn each label into a column of 0 and 1",
    "TargetEncoder": "Replace each category by the average answer of its rows in training",
    "SimpleImputer": "Fill gaps with a fixed value for each column",
    "KNNImputer": "Fill gaps from the most similar rows",
    "IterativeImputer": "Fill gaps by predicting them from the other columns",
    "MissingIndicator": "Mark where values are missing",
    "CountVectorizer": "Count the words of each text",
    "TfidfVectorizer": "Weigh the words of each text by how rare they are",
    "TfidfTransformer": "Weigh counted words by how rare they are",
    "HashingVectorizer": "Count the words of each text in a fixed number of columns",
    "DictVectorizer": "Turn named values into columns",
    "FeatureHasher": "Spread named values over a fixed number of columns",
    # choosing and making columns
    "SelectKBest": "Keep the columns that tell most by themselves",
    "SelectPercentile": "Keep a share of the columns that tell most by themselves",
    "VarianceThreshold": "Leave out columns that hardly vary",
    "SelectFromModel": "Keep the columns that the model inside weighs heavily",
    "RFE": "Leave out the weakest columns one by one, by the model inside",
    "RFECV": "Leave out the weakest columns one by one, as long as cross-validation gains",
    "SequentialFeatureSelector": "Choose columns one by one, by the model inside",
    "PCA": "Combine the columns into fewer that keep most of their variance",
    "KernelPCA": "Combine the columns into fewer along curved directions",
    "IncrementalPCA": "Combine the columns into fewer that keep most of their variance",
    "TruncatedSVD": "Combine the columns into fewer that keep most of their content",
    "NMF": "Split the columns into a few non-negative parts",
    "FastICA": "Separate the columns into independent parts",
    "Nystroem": "Approximate a kernel with a few columns",
    "RBFSampler": "Approximate a radial kernel with random columns",
    "KMeans": "Measure the distance to each cluster's centre",
    # models
    "LogisticRegression": "Weigh and add the columns, and turn the sum into probabilities of the classes",
    "LogisticRegressionCV": "Weigh and add the columns, and turn the sum into probabilities of the classes",
    "SGDClassifier": "Weigh and add the columns, and answer the class on whose side the sum falls",
    "RidgeClassifier": "Weigh and add the columns, and answer the class on whose side the sum falls",
    "Perceptron": "Weigh and add the columns, and answer the class on whose side the sum falls",
    "LinearSVC": "Weigh and add the columns, and answer the class on whose side the sum falls",
    "LinearRegression": "Weigh and add the columns, and answer the sum",
    "Ridge": "Weigh and add the columns, and answer the sum",
    "RidgeCV": "Weigh and add the columns, and answer the sum",
    "Lasso": "Weigh and add a few of the columns, and answer the sum",
    "LassoCV": "Weigh and add a few of the columns, and answer the sum",
    "ElasticNet": "Weigh and add the columns, and answer the sum",
    "SGDRegressor": "Weigh and add the columns, and answer the sum",
    "LinearSVR": "Weigh and add the columns, and answer the sum",
    "HuberRegressor": "Weigh and add the columns, and answer the sum",
    "PoissonRegressor": "Weigh and add the columns, and answer the exponential of the sum",
    "SVC": "Compare the row with the support vectors, and answer the class on whose side it falls",
    "SVR": "Compare the row with the support vectors, and answer the weighted sum",
    "NuSVC": "Compare the row with the support vectors, and answer the class on whose side it falls",
    "KNeighborsClassifier": "Find the most similar rows of training, and answer the class that most of them have",
    "KNeighborsRegressor": "Find the most similar rows of training, and answer the average of their answers",
    "GaussianNB": "Ask how likely the values are in each class, and answer the likeliest class",
    "BernoulliNB": "Ask how likely the values are in each class, and answer the likeliest class",
    "MultinomialNB": "Ask how likely the counts are in each class, and answer the likeliest class",
    "LinearDiscriminantAnalysis": "Answer the class whose centre is nearest, measured by a spread common to all",
    "QuadraticDiscriminantAnalysis": "Answer the class whose centre is nearest, measured by each class's own spread",
    "GaussianProcessClassifier": "Answer by the similarity to all rows of training",
    "GaussianProcessRegressor": "Answer by the similarity to all rows of training",
    "MLPClassifier": "Pass the columns through layers of a neural network, and answer the likeliest class",
    "MLPRegressor": "Pass the columns through layers of a neural network, and answer its output",
    "DecisionTreeClassifier": "Follow a decision tree, and answer the class that prevails in its leaf",
    "DecisionTreeRegressor": "Follow a decision tree, and answer the average of its leaf",
    "RandomForestClassifier": "Ask many decision trees, each grown on its own draw of the rows, and average their answers",
    "RandomForestRegressor": "Ask many decision trees, each grown on its own draw of the rows, and average their answers",
    "ExtraTreesClassifier": "Ask many decision trees with random splits, and average their answers",
    "ExtraTreesRegressor": "Ask many decision trees with random splits, and average their answers",
    "GradientBoostingClassifier": "Add up small decision trees, each of which corrects those before it",
    "GradientBoostingRegressor": "Add up small decision trees, each of which corrects those before it",
    "HistGradientBoostingClassifier": "Add up decision trees over binned columns, each of which corrects those before it",
    "HistGradientBoostingRegressor": "Add up decision trees over binned columns, each of which corrects those before it",
    "IsolationForest": "Ask many random trees how easily the row is set apart",
    "DummyClassifier": "Answer without looking at the columns",
    "DummyRegressor": "Answer without looking at the columns",
    # models around models
    "Pipeline": "Do these steps one after the other",
    "ColumnTransformer": "Split the columns, treat each part by itself, and put the results side by side",
    "FeatureUnion": "Give the same columns to several parts at once, and put the results side by side",
    "VotingClassifier": "Ask each of these models, and let them vote",
    "VotingRegressor": "Ask each of these models, and average their answers",
    "StackingClassifier": "Ask each of these models, and give their answers to a final one",
    "StackingRegressor": "Ask each of these models, and give their answers to a final one",
    "BaggingClassifier": "Ask copies of the model inside, each trained on its own draw of the rows, and average",
    "BaggingRegressor": "Ask copies of the model inside, each trained on its own draw of the rows, and average",
    "AdaBoostClassifier": "Ask copies of the model inside, each trained on what those before it missed, by weight",
    "AdaBoostRegressor": "Ask copies of the model inside, each trained on what those before it missed, by weight",
    "GridSearchCV": "Use the best of the settings that were searched, every one of a grid",
    "RandomizedSearchCV": "Use the best of the settings that were searched, drawn by chance",
    "HalvingGridSearchCV": "Use the best of the settings that were searched, halving the field in rounds",
    "HalvingRandomSearchCV": "Use the best of the settings that were drawn by chance, halving the field in rounds",
    "CalibratedClassifierCV": "Correct the scores of the model inside so that they can be read as probabilities",
    "TunedThresholdClassifierCV": "Move the threshold of the model inside to where it served best",
    "FixedThresholdClassifier": "Use a fixed threshold on the scores of the model inside",
    "FrozenEstimator": "Use the model inside as it is",
    "TransformedTargetRegressor": "Predict a changed target with the model inside, and change the answer back",
    "OneVsRestClassifier": "Ask one copy of the model inside for each class against all others",
    "OneVsOneClassifier": "Ask one copy of the model inside for each pair of classes",
    "OutputCodeClassifier": "Ask copies of the model inside for each bit of a code of the classes",
    "MultiOutputClassifier": "Ask one copy of the model inside for each output",
    "MultiOutputRegressor": "Ask one copy of the model inside for each output",
    "ClassifierChain": "Ask one copy of the model inside for each output, passing the answers on",
    "RegressorChain": "Ask one copy of the model inside for each output, passing the answers on",
    "SelfTrainingClassifier": "Use the model inside, which also learned from rows it labelled itself",
    # what a column transformer may say instead of a step
    "passthrough": "Keep as it is",
    "drop": "Leave out",
    # operators of ONNX graphs
    "Scaler": "Shift and scale each column",
    "LinearClassifier": "Weigh and add the columns, and answer a class",
    "LinearRegressor": "Weigh and add the columns, and answer the sum",
    "TreeEnsembleClassifier": "Ask an ensemble of decision trees for a class",
    "TreeEnsembleRegressor": "Ask an ensemble of decision trees for a number",
    "SVMClassifier": "Compare the row with the support vectors, and answer a class",
    "SVMRegressor": "Compare the row with the support vectors, and answer a number",
    "ZipMap": "Write the scores beside the names of the classes",
    "Cast": "Change the kind of number",
    "Concat": "Put columns side by side",
    "Gemm": "Multiply by a matrix and add",
    "MatMul": "Multiply by a matrix",
    "Add": "Add",
    "Sub": "Subtract",
    "Mul": "Multiply",
    "Div": "Divide",
    "Relu": "Set what is negative to 0",
    "Sigmoid": "Squeeze into 0 to 1",
    "Tanh": "Squeeze into -1 to 1",
    "Softmax": "Turn scores into shares that add up to 1",
    "ArgMax": "Take the place of the largest",
    "Reshape": "Change the shape",
    "Conv": "Slide a filter over the input",
    "MaxPool": "Keep the largest of each neighbourhood",
    "Imputer": "Fill gaps with fixed values",
    "LabelEncoding": "Number the classes",
    "ArrayFeatureExtractor": "Pick values by their place",
    "Identity": "Pass on unchanged",
}  # fmt: skip


def sentence(step: Step) -> str:
    """What a step does, as the beginning of a sentence without its full stop."""
    if said := SAYS.get(step.short_class):
        return said
    if step.short_class.endswith("Classifier"):
        return "Ask the model for a class"
    if step.short_class.endswith("Regressor"):
        return "Ask the model for a number"
    return f"Apply {step.short_class or step.name or 'a step without a name'}"


def columns_of(names: tuple[str, ...], *, most: int = 8) -> str:
    """Columns by name, the first ones where there are many."""
    if not names:
        return "no columns"
    word = "column" if len(names) == 1 else "columns"
    if len(names) <= most:
        return f"the {word} {', '.join(names)}"
    return f"{len(names):,} columns ({', '.join(names[: most - 2])}, … {names[-1]})"


def parameters_of(step: Step, *, most_left: int = 4) -> list[str]:
    """The parameters in sentences, those that differ from the defaults first; none where there are none."""
    if step.chosen is None:
        return [f"With {_listed(step.parameters, list(step.parameters)[:12])}."] if step.parameters else []
    chosen = [key for key in step.chosen if key in step.parameters]
    left = [key for key in step.parameters if key not in step.chosen]
    said = [f"Set: {_listed(step.parameters, chosen)}."] if chosen else []
    if left:
        more = f" and {len(left) - most_left} more" if len(left) > most_left else ""
        said.append(f"By default: {_listed(step.parameters, left[:most_left])}{more}.")
    return said


def learned_of(step: Step) -> list[str]:
    """What the step learned, in a sentence; none where nothing was told."""
    if not step.learned:
        return []
    return [f"Learned: {'; '.join(f'{what} {value}' for what, value in step.learned.items())}."]


def _listed(parameters: dict[str, str], keys: list[str]) -> str:
    return ", ".join(f"{key} = {parameters[key]}" for key in keys)
